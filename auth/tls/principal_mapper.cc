#include "auth/tls/principal_mapper.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <re2/re2.h>

namespace muir::auth {
namespace {

enum class Case { as_is, lower, upper };

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

// A reference to a group that the pattern lacks is plain text, as Kafka has it.
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

// Every match of `pattern` in `text` replaced, as Java's replaceAll.
std::string replace_all(const std::string& text, const re2::RE2& pattern, std::string_view replacement) {
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(pattern.NumberOfCapturingGroups()) + 1);
  std::string out;
  std::size_t at = 0;
  while (at <= text.size() &&
         pattern.Match(text, at, text.size(), re2::RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    out.append(text, at, begin - at);
    append_replacement(replacement, groups, out);
    at = begin + groups[0].size();
    if (!groups[0].empty()) continue;
    if (at < text.size()) out.push_back(text[at]);  // Nothing was matched: step over what stands there.
    ++at;
  }
  if (at < text.size()) out.append(text, at);
  return out;
}

std::string in_case(std::string text, Case wanted) {
  if (wanted == Case::as_is) return text;
  for (char& c : text)
    c = static_cast<char>(wanted == Case::lower ? std::tolower(static_cast<unsigned char>(c))
                                                : std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

struct PrincipalMapper::Rule {
  std::shared_ptr<const re2::RE2> pattern;  // Null: DEFAULT.
  std::string replacement;
  Case letters = Case::as_is;

  std::optional<std::string> apply(const std::string& name) const {
    if (pattern == nullptr) return name;
    if (!re2::RE2::FullMatch(name, *pattern)) return std::nullopt;
    return in_case(replace_all(name, *pattern, replacement), letters);
  }
};

PrincipalMapper::PrincipalMapper() = default;
PrincipalMapper::PrincipalMapper(PrincipalMapper&&) noexcept = default;
PrincipalMapper& PrincipalMapper::operator=(PrincipalMapper&&) noexcept = default;
PrincipalMapper::~PrincipalMapper() = default;

TlsResult<PrincipalMapper::Rule> PrincipalMapper::parse_rule(std::string_view text) {
  static const re2::RE2 kRule(R"(DEFAULT|RULE:((?:\\.|[^\\/])*)/((?:\\.|[^\\/])*)/([LU]?))");
  std::string pattern, replacement, letters;
  if (!re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), kRule, &pattern, &replacement, &letters))
    return TlsError{fmt::format("Invalid rule: `{}`", text)};
  Rule rule;
  if (text == "DEFAULT") return rule;
  re2::RE2::Options options;
  options.set_log_errors(false);
  rule.pattern = std::make_shared<const re2::RE2>(pattern, options);
  if (!rule.pattern->ok())
    return TlsError{fmt::format("Invalid rule: `{}`: the pattern is not supported: {}", text, rule.pattern->error())};
  rule.replacement = replacement;
  if (letters == "L") rule.letters = Case::lower;
  if (letters == "U") rule.letters = Case::upper;
  return rule;
}

// A comma ends a rule where no shorter reading is possible: the pattern of a rule has commas of its own.
TlsResult<PrincipalMapper> PrincipalMapper::parse(std::string_view rules) {
  static const re2::RE2 kNext(R"(\s*(DEFAULT|RULE:(?:\\.|[^\\/])*/(?:\\.|[^\\/])*/[LU]?.*?|.*?)\s*(?:,\s*|$))");
  const auto trimmed = [](std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
  };
  rules = trimmed(rules);
  PrincipalMapper mapper;
  re2::StringPiece left(rules.data(), rules.size());
  re2::StringPiece text;
  do {
    if (!re2::RE2::Consume(&left, kNext, &text))
      return TlsError{fmt::format("Invalid rule: `{}`", std::string_view(left.data(), left.size()))};
    if (text.empty()) continue;
    auto rule = parse_rule({text.data(), text.size()});
    if (!rule) return rule.error();
    mapper.rules_.push_back(std::move(*rule));
  } while (!left.empty());
  return mapper;
}

std::optional<std::string> PrincipalMapper::user_of(const std::string& distinguished_name) const {
  for (const Rule& rule : rules_)
    if (auto user = rule.apply(distinguished_name)) return user;
  return std::nullopt;
}

}  // namespace muir::auth
