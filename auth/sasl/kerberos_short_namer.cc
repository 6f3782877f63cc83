#include "auth/sasl/kerberos_short_namer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>

#include "auth/principal/letter_case.h"
#include "auth/principal/replacement.h"

namespace muir::auth {
namespace {

constexpr std::size_t kComponentsMax = 9;  // Kafka takes principals with two at most.

using Pattern = std::shared_ptr<const re2::RE2>;

// What a group has matched, if it was part of the match.
std::optional<std::string> given(re2::StringPiece group) {
  return group.data() == nullptr ? std::nullopt : std::optional(group.as_string());
}

// Null for none.
Pattern compile(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  return std::make_shared<const re2::RE2>(*text, options);
}

std::optional<std::size_t> to_index(std::string_view digits) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return index;
}

// `format` with $n replaced by the n-th of `parts`; none if there is no such part, or a $ has no number.
std::optional<std::string> fill(std::string_view format, const std::vector<std::string>& parts) {
  std::string filled;
  while (!format.empty()) {
    const auto dollar = std::min(format.find('$'), format.size());
    filled += format.substr(0, dollar);
    format.remove_prefix(dollar);
    if (format.empty()) break;
    const auto end = std::min(format.find_first_not_of("0123456789", 1), format.size());
    const auto index = to_index(format.substr(1, end - 1));
    if (!index || *index >= parts.size()) return std::nullopt;
    filled += parts[*index];
    format.remove_prefix(end);
  }
  return filled;
}

std::optional<std::string> if_simple(std::string name) {
  if (name.empty() || name.find_first_of("/@") != std::string::npos) return std::nullopt;
  return name;
}

}  // namespace

std::optional<KerberosName> parse_kerberos_name(std::string_view principal) {
  static const re2::RE2 kName("([^/@]*)(?:/([^/@]*))?@([^/@]*)");
  if (principal.find('@') == std::string_view::npos)
    return KerberosName{std::string(principal), std::nullopt, std::nullopt};
  re2::StringPiece primary, instance, realm;
  if (!re2::RE2::FullMatch(re2::StringPiece(principal.data(), principal.size()), kName, &primary, &instance, &realm))
    return std::nullopt;
  return KerberosName{primary.as_string(), given(instance), realm.as_string()};
}

struct KerberosShortNamer::Rule {
  bool is_default = false;
  std::size_t components = 0;
  std::string format;
  Pattern match;  // Null: every principal with so many components.
  Pattern from;   // Null: nothing is rewritten.
  std::string to;
  Occurrences occurrences = Occurrences::first;
  Case letters = Case::as_is;

  // `parts`: the realm, the primary, and the instance if there is one.
  std::optional<std::string> apply(const std::vector<std::string>& parts, const std::string& default_realm) const {
    if (is_default) return parts[0] == default_realm ? std::optional(parts[1]) : std::nullopt;
    if (parts.size() - 1 != components) return std::nullopt;
    const auto base = fill(format, parts);
    if (!base || (match != nullptr && !re2::RE2::FullMatch(*base, *match))) return std::nullopt;
    return in_case(from == nullptr ? *base : replace_matches(*base, *from, to, occurrences), letters);
  }
};

KerberosShortNamer::KerberosShortNamer() = default;
KerberosShortNamer::KerberosShortNamer(KerberosShortNamer&&) noexcept = default;
KerberosShortNamer& KerberosShortNamer::operator=(KerberosShortNamer&&) noexcept = default;
KerberosShortNamer::~KerberosShortNamer() = default;

boost::system::result<KerberosShortNamer::Rule, std::string> KerberosShortNamer::parse_rule(const std::string& text) {
  static const re2::RE2 kRule(R"(RULE:\[(\d+):([^\]]*)\](?:\(([^)]*)\))?(?:s/([^/]*)/([^/]*)/(g)?)?/?([LU])?)");
  Rule rule;
  rule.is_default = text == "DEFAULT";
  if (rule.is_default) return rule;
  std::string components;
  re2::StringPiece match, from, to, all, letters;
  if (!re2::RE2::FullMatch(text, kRule, &components, &rule.format, &match, &from, &to, &all, &letters))
    return fmt::format("Invalid rule: {}", text);
  const auto count = to_index(components);
  if (!count || !fill(rule.format, std::vector<std::string>(std::min(*count, kComponentsMax) + 1)))
    return fmt::format("Invalid rule: {}: its format asks for what such a principal has not", text);
  rule.components = *count;
  rule.match = compile(given(match));
  rule.from = compile(given(from));
  for (const Pattern& pattern : {rule.match, rule.from})
    if (pattern != nullptr && !pattern->ok())
      return fmt::format("Invalid rule: {}: the pattern is not supported: {}", text, pattern->error());
  rule.to = to.as_string();
  if (rule.from != nullptr && !is_sound_replacement(rule.to, rule.from->NumberOfCapturingGroups()))
    return fmt::format("Invalid rule: {}: its replacement asks for a group that its pattern has not", text);
  rule.occurrences = given(all) ? Occurrences::all : Occurrences::first;
  if (given(letters)) rule.letters = letters == "L" ? Case::lower : Case::upper;
  return rule;
}

boost::system::result<KerberosShortNamer, std::string> KerberosShortNamer::parse(const std::vector<std::string>& rules,
                                                                                 std::string default_realm) {
  KerberosShortNamer namer;
  namer.default_realm_ = std::move(default_realm);
  for (const std::string& text : rules) {
    auto rule = parse_rule(text);
    if (!rule) return rule.error();
    namer.rules_.push_back(std::move(*rule));
  }
  return namer;
}

std::optional<std::string> KerberosShortNamer::user_of(std::string_view principal) const {
  const auto name = parse_kerberos_name(principal);
  if (!name || name->primary.empty()) return std::nullopt;
  if (!name->realm) return if_simple(name->primary);
  std::vector<std::string> parts{*name->realm, name->primary};
  if (name->instance) parts.push_back(*name->instance);
  for (const Rule& rule : rules_) {
    if (const auto user = rule.apply(parts, default_realm_)) return if_simple(*user);
  }
  return std::nullopt;
}

}  // namespace muir::auth
