#include "auth/principal/replacement.h"

#include <vector>

#include <re2/re2.h>

namespace muir::auth {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What `$12` in a replacement stands for, as Java reads it: the first digit always, a further one only while there is
// such a group.  The digits go from the front of `text`.
std::size_t take_group_number(std::string_view& text, std::size_t groups) {
  std::size_t number = static_cast<std::size_t>(text.front() - '0');
  text.remove_prefix(1);
  while (!text.empty() && is_digit(text.front())) {
    const std::size_t longer = number * 10 + static_cast<std::size_t>(text.front() - '0');
    if (longer > groups) break;
    number = longer;
    text.remove_prefix(1);
  }
  return number;
}

void append_replacement(std::string_view replacement, const std::vector<re2::StringPiece>& groups, std::string& out) {
  while (!replacement.empty()) {
    const char c = replacement.front();
    replacement.remove_prefix(1);
    if (c == '\\' && !replacement.empty()) {
      out.push_back(replacement.front());
      replacement.remove_prefix(1);
    } else if (c == '$' && !replacement.empty() && is_digit(replacement.front())) {
      if (static_cast<std::size_t>(replacement.front() - '0') >= groups.size()) {
        out.push_back(c);
        continue;
      }
      const auto& group = groups[take_group_number(replacement, groups.size() - 1)];
      out.append(group.data() != nullptr ? group.data() : "", group.size());
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace

std::string replace_matches(const std::string& text, const re2::RE2& pattern, std::string_view replacement,
                            Occurrences occurrences) {
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(pattern.NumberOfCapturingGroups()) + 1);
  std::string out;
  std::size_t at = 0;
  while (at <= text.size() &&
         pattern.Match(text, at, text.size(), re2::RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    out.append(text, at, begin - at);
    append_replacement(replacement, groups, out);
    at = begin + groups[0].size();
    if (occurrences == Occurrences::first) break;
    if (!groups[0].empty()) continue;
    if (at < text.size()) out.push_back(text[at]);  // Nothing was matched: step over what stands there.
    ++at;
  }
  if (at < text.size()) out.append(text, at);
  return out;
}

bool is_sound_replacement(std::string_view replacement, int groups) {
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const bool has_next = i + 1 < replacement.size();
    if (replacement[i] == '\\') {
      if (!has_next) return false;
      ++i;
    } else if (replacement[i] == '$') {
      if (!has_next || !is_digit(replacement[i + 1]) || replacement[i + 1] - '0' > groups) return false;
    }
  }
  return true;
}

}  // namespace muir::auth
