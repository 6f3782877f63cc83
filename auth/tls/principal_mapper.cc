#include "auth/tls/principal_mapper.h"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "auth/principal/letter_case.h"
#include "auth/principal/replacement.h"

namespace muir::auth {
struct PrincipalMapper::Rule {
  std::shared_ptr<const re2::RE2> pattern;  // Null: DEFAULT.
  std::string replacement;
  Case letters = Case::as_is;

  std::optional<std::string> apply(const std::string& name) const {
    if (pattern == nullptr) return name;
    if (!re2::RE2::FullMatch(name, *pattern)) return std::nullopt;
    return in_case(replace_matches(name, *pattern, replacement, Occurrences::all), letters);
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
