#include "server/config/rule_check.h"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "server/config/config_text.h"
#include "server/config/endpoint.h"

namespace muir::server {
namespace {

using List = std::vector<std::string>;

// A limit as Kafka prints it: 1 when it is whole, 0.5 when not.
std::string print_limit(double limit) {
  return limit == static_cast<double>(static_cast<std::int64_t>(limit))
             ? fmt::format("{}", static_cast<std::int64_t>(limit))
             : java_double(limit);
}

bool has_min(const Rule& rule) { return rule.min != std::numeric_limits<double>::lowest(); }
bool has_max(const Rule& rule) { return rule.max != std::numeric_limits<double>::max(); }

std::optional<double> as_number(const ConfigValue& value) {
  return std::visit(
      [](const auto& v) -> std::optional<double> {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>) return static_cast<double>(v);
        return std::nullopt;
      },
      value);
}

std::string in_error(const ConfigValue& value) {
  if (const auto* list = std::get_if<List>(&value)) return "[" + join(*list, ", ") + "]";
  return to_text(value).value_or("null");
}

ConfigResult<> check_range(const ConfigKey& key, const ConfigValue& value) {
  const auto number = as_number(value);
  if (!number) return invalid_value(key.name, "null", "Value must be non-null");
  if (*number < key.rule.min)
    return invalid_value(key.name, in_error(value), "Value must be at least " + print_limit(key.rule.min));
  if (*number > key.rule.max)
    return invalid_value(key.name, in_error(value), "Value must be no more than " + print_limit(key.rule.max));
  return {};
}

ConfigResult<> check_word(const ConfigKey& key, const std::string& word) {
  const List words = split_list(key.rule.words);
  if (std::ranges::find(words, word) != words.end()) return {};
  return invalid_value(key.name, word, "String must be one of: " + join(words, ", "));
}

ConfigResult<> check_word_ignoring_case(const ConfigKey& key, const std::string& word) {
  const List words = split_list(key.rule.words);
  if (std::ranges::find(words, to_upper(word)) != words.end()) return {};
  return invalid_value(key.name, word, "String must be one of (case insensitive): " + join(words, ", "));
}

ConfigResult<> check_list(const ConfigKey& key, const ConfigValue& value) {
  const auto* list = std::get_if<List>(&value);
  if (list == nullptr) {
    if (key.rule.null_allowed) return {};
    return invalid_config(fmt::format("Configuration '{}' values must not be null.", key.name));
  }
  if (list->empty() && !key.rule.empty_allowed)
    return invalid_config(fmt::format("Configuration '{}' must not be empty. Valid values include: {}", key.name,
                                      key.rule.words.empty() ? "any non-empty value" : describe_rule(key.rule)));
  for (const std::string& item : *list) {
    if (item.empty()) return invalid_config(fmt::format("Configuration '{}' values must not be empty.", key.name));
    if (key.rule.words.empty()) continue;
    const auto known = check_word(key, item);
    if (!known) return known.error();
  }
  return {};
}

ConfigResult<> check_gzip_level(const ConfigKey& key, const ConfigValue& value) {
  const double level = as_number(value).value_or(0);
  if (level == -1 || (level >= 1 && level <= 9)) return {};
  return invalid_value(key.name, in_error(value), "Value must be between 1 and 9 or equal to -1");
}

ConfigResult<> check_throttled_replicas(const ConfigKey& key, const ConfigValue& value) {
  static const re2::RE2 kReplica("(?:[0-9]+:[0-9]+)?");
  const auto& list = std::get<List>(value);
  std::string joined;
  for (const std::string& item : list) joined += trim(item);
  const auto is_replica = [](const std::string& item) {
    return re2::RE2::FullMatch(std::string(trim(item)), kReplica);
  };
  if (joined == "*" || std::ranges::all_of(list, is_replica)) return {};
  return invalid_value(key.name, in_error(value),
                       fmt::format("{} must be the literal '*' or a list of replicas in the following format: "
                                   "[partitionId]:[brokerId],[partitionId]:[brokerId],...",
                                   key.name));
}

// The grammar of Java's Duration.parse, without its minus signs: by_duration must not be negative (KIP-1106).
bool is_duration(std::string_view text) {
  static const re2::RE2 kDuration(
      R"((?i)\+?P(?:\+?[0-9]+D)?(?:T(?:\+?[0-9]+H)?(?:\+?[0-9]+M)?(?:\+?[0-9]+(?:[.,][0-9]{0,9})?S)?)?)");
  const re2::StringPiece piece(text.data(), text.size());
  const char last = text.empty() ? 'P' : text.back();
  return re2::RE2::FullMatch(piece, kDuration) && last != 'P' && last != 'p' && last != 'T' && last != 't';
}

ConfigResult<> check_share_offset_reset(const ConfigKey& key, const std::string& strategy) {
  constexpr std::string_view kByDuration = "by_duration:";
  if (strategy == "earliest" || strategy == "latest") return {};
  if (strategy.starts_with(kByDuration) && is_duration(std::string_view(strategy).substr(kByDuration.size())))
    return {};
  return invalid_value(key.name, strategy,
                       fmt::format("Invalid value `{}` for configuration {}. The value must be either 'earliest', "
                                   "'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
                                   strategy, key.name));
}

ConfigResult<> check_addresses(const ConfigKey& key, const ConfigValue& value) {
  const auto& list = std::get<List>(value);
  const auto parsed =
      key.rule.kind == Rule::Kind::quorum_voters ? parse_quorum_voters(list) : parse_bootstrap_servers(list);
  if (!parsed) return parsed.error();
  return {};
}

}  // namespace

ConfigResult<> check_rule(const ConfigKey& key, const ConfigValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  switch (key.rule.kind) {
    case Rule::Kind::any:
      return {};
    case Rule::Kind::range:
      return check_range(key, value);
    case Rule::Kind::one_of:
      return check_word(key, text != nullptr ? *text : "null");
    case Rule::Kind::one_of_ignoring_case:
      return check_word_ignoring_case(key, text != nullptr ? *text : "null");
    case Rule::Kind::list:
      return check_list(key, value);
    case Rule::Kind::non_empty_string:
      if (text == nullptr || !text->empty()) return {};
      return invalid_value(key.name, "", "String must be non-empty");
    case Rule::Kind::non_null:
      if (text != nullptr) return {};
      return invalid_value(key.name, "null", "entry must be non null");
    case Rule::Kind::gzip_level:
      return check_gzip_level(key, value);
    case Rule::Kind::throttled_replicas:
      return check_throttled_replicas(key, value);
    case Rule::Kind::quorum_voters:
    case Rule::Kind::bootstrap_servers:
      return check_addresses(key, value);
    case Rule::Kind::share_auto_offset_reset:
      return check_share_offset_reset(key, text != nullptr ? *text : "null");
  }
  return {};
}

std::string describe_rule(const Rule& rule) {
  switch (rule.kind) {
    case Rule::Kind::any:
      return {};
    case Rule::Kind::range: {
      const std::string low = has_min(rule) ? print_limit(rule.min) + "," : "";
      return "[" + low + "..." + (has_max(rule) ? "," + print_limit(rule.max) : "") + "]";
    }
    case Rule::Kind::one_of:
      return "[" + join(split_list(rule.words), ", ") + "]";
    case Rule::Kind::list:
      return rule.words.empty() ? "" : "[" + join(split_list(rule.words), ", ") + "]";
    case Rule::Kind::one_of_ignoring_case:
      return "(case insensitive) [" + join(split_list(rule.words), ", ") + "]";
    case Rule::Kind::non_empty_string:
      return "non-empty string";
    case Rule::Kind::non_null:
      return "non-null string";
    case Rule::Kind::gzip_level:
      return "[1,...,9] or -1";
    case Rule::Kind::throttled_replicas:
      return "[partitionId]:[brokerId],[partitionId]:[brokerId],...";
    case Rule::Kind::quorum_voters:
    case Rule::Kind::bootstrap_servers:
      return "non-empty list";
    case Rule::Kind::share_auto_offset_reset:
      return "[latest, earliest, by_duration:PnDTnHnMn.nS]";
  }
  return {};
}

}  // namespace muir::server
