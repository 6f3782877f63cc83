#include <fmt/format.h>

#include "compat-tests/differential/canonical.h"

namespace muir::compat {
namespace {

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

std::optional<Rule::Action> action_of(std::string_view word) {
  word = word.substr(0, word.find(':'));
  if (word == "id") return Rule::Action::id;
  if (word == "any") return Rule::Action::any;
  if (word == "time") return Rule::Action::time;
  if (word == "whole") return Rule::Action::whole;
  if (word == "unordered") return Rule::Action::unordered;
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<Rule>> read_rules(std::string_view text, std::string& complaint) {
  std::vector<Rule> rules;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string whole(line);
    const auto subject = next_word(line);
    if (subject.empty() || subject.starts_with('#')) continue;
    const auto word = next_word(line);
    const auto action = action_of(word);
    if (!action || next_word(line).empty()) {
      complaint = fmt::format("no rule with a reason: {}", whole);
      return std::nullopt;
    }
    const auto colon = word.find(':');
    rules.push_back({std::string(subject), *action, std::string(colon == word.npos ? "" : word.substr(colon + 1))});
  }
  return rules;
}

}  // namespace muir::compat
