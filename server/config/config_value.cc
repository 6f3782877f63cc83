#include "server/config/config_value.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>
#include <re2/re2.h>

#include "server/config/config_text.h"
#include "server/config/rule_check.h"

namespace muir::server {
namespace {

ConfigError not_a_number(const ConfigKey& key, std::string_view text, std::string_view type) {
  return invalid_value(key.name, text, fmt::format("Not a number of type {}", type));
}

// Java's parseInt: an optional sign and ASCII digits, nothing else.
template <class Int>
ConfigResult<ConfigValue> parse_integer(const ConfigKey& key, std::string_view text, std::string_view type) {
  std::string_view digits = trim(text);
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
    if (digits.starts_with('-')) return not_a_number(key, text, type);
  }
  Int number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return not_a_number(key, text, type);
  return ConfigValue{number};
}

// Java's parseDouble: decimal or hexadecimal, with a type suffix that means nothing.
ConfigResult<ConfigValue> parse_double(const ConfigKey& key, std::string_view text) {
  static const re2::RE2 kDouble(R"(([+-]?)(NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
                                R"(|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+)([fFdD]?))");
  const std::string_view trimmed = trim(text);
  std::string sign, number, suffix;
  if (!re2::RE2::FullMatch(re2::StringPiece(trimmed.data(), trimmed.size()), kDouble, &sign, &number, &suffix))
    return not_a_number(key, text, "DOUBLE");
  return ConfigValue{std::strtod((sign + number).c_str(), nullptr)};
}

ConfigResult<ConfigValue> parse_boolean(const ConfigKey& key, std::string_view text) {
  const std::string word = to_lower(trim(text));
  if (word == "true") return ConfigValue{true};
  if (word == "false") return ConfigValue{false};
  return invalid_value(key.name, text, "Expected value to be either true or false");
}

ConfigValue parse_list(const ConfigKey& key, std::string_view text) {
  std::vector<std::string> parts = split_list(text);
  if (key.rule.kind != Rule::Kind::list) return parts;
  std::vector<std::string> distinct;
  for (std::string& part : parts)
    if (std::ranges::find(distinct, part) == distinct.end()) distinct.push_back(std::move(part));
  return distinct;
}

ConfigResult<ConfigValue> parse_type(const ConfigKey& key, std::string_view text) {
  switch (key.type) {
    case ConfigType::BOOLEAN:
      return parse_boolean(key, text);
    case ConfigType::INT:
      return parse_integer<std::int32_t>(key, text, "INT");
    case ConfigType::SHORT:
      return parse_integer<std::int16_t>(key, text, "SHORT");
    case ConfigType::LONG:
      return parse_integer<std::int64_t>(key, text, "LONG");
    case ConfigType::DOUBLE:
      return parse_double(key, text);
    case ConfigType::LIST:
      return parse_list(key, text);
    case ConfigType::CLASS:
      if (trim(text).empty()) return invalid_value(key.name, text, fmt::format("Class {} could not be found.", text));
      [[fallthrough]];
    case ConfigType::STRING:
    case ConfigType::PASSWORD:
      return ConfigValue{std::string(trim(text))};
  }
  return invalid_value(key.name, text, "unknown type");
}

struct Printer {
  std::optional<std::string> operator()(std::monostate) const { return std::nullopt; }
  std::optional<std::string> operator()(bool value) const { return value ? "true" : "false"; }
  std::optional<std::string> operator()(double value) const { return java_double(value); }
  std::optional<std::string> operator()(const std::string& value) const { return value; }
  std::optional<std::string> operator()(const std::vector<std::string>& value) const { return join(value, ","); }
  template <class Int>
  std::optional<std::string> operator()(Int value) const {
    return std::to_string(value);
  }
};

}  // namespace

ConfigError invalid_value(std::string_view key, std::string_view value, std::string_view why) {
  return invalid_config(fmt::format("Invalid value {} for configuration {}: {}", value, key, why));
}

ConfigResult<ConfigValue> parse_value(const ConfigKey& key, std::string_view text) {
  const auto value = parse_type(key, text);
  if (!value) return value.error();
  const auto checked = check_rule(key, *value);
  if (!checked) return checked.error();
  return value;
}

ConfigResult<ConfigValue> default_value(const ConfigKey& key) {
  if (!key.has_default())
    return invalid_config(fmt::format("Missing required configuration \"{}\" which has no default value.", key.name));
  if (key.default_text.data() == nullptr) return ConfigValue{};
  return parse_value(key, key.default_text);
}

std::optional<std::string> to_text(const ConfigValue& value) { return std::visit(Printer{}, value); }

}  // namespace muir::server
