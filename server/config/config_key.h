#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace muir::server {

// What a value is made of.  The numbers are DescribeConfigs' ConfigType (KIP-569).
enum class ConfigType : std::int8_t { BOOLEAN = 1, STRING, INT, SHORT, LONG, DOUBLE, LIST, CLASS, PASSWORD };

enum class Importance : std::uint8_t { LOW, MEDIUM, HIGH };

// When a broker key may change (KIP-226): never while the broker runs, for one broker, or also for the whole cluster.
enum class Scope : std::uint8_t { read_only, per_broker, cluster_wide };

// What this version does with a key.  Printed in docs/configuration.md.
enum class Fate : std::uint8_t {
  honoured,  // It does here what it does in Kafka.
  waiting,   // Checked and reported; the part of the broker that it steers is not there yet, and nothing relies on it.
  no_meaning,  // Checked and reported; it steers something that only a JVM broker has.
  protects,    // Somebody who sets it expects to be protected, and this version cannot: any value but a safe one stops.
};

// The rule that a parsed value must satisfy.  One kind per validator of Kafka's; the limits and words belong to some
// kinds.
struct Rule {
  enum class Kind : std::uint8_t {
    any,
    range,                   // min <= number <= max; a null is refused.
    one_of,                  // A string among `words`.
    one_of_ignoring_case,    // The same, compared in upper case.
    list,                    // Distinct non-empty strings, all among `words` when there are any.
    non_empty_string,        // Null is allowed, "" is not.
    non_null,                // "" is allowed, null is not.
    gzip_level,              // 1..9 or -1.
    throttled_replicas,      // `partition:broker,...` or `*`.
    quorum_voters,           // `id@host:port,...`
    bootstrap_servers,       // `host:port,...`
    share_auto_offset_reset  // latest, earliest or by_duration:<ISO 8601>.
  };

  Kind kind = Kind::any;
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
  std::string_view words = {};  // Comma separated.
  bool empty_allowed = true;
  bool null_allowed = false;
};

constexpr Rule any_value() { return {}; }
constexpr Rule at_least(double min) { return {.kind = Rule::Kind::range, .min = min}; }
constexpr Rule between(double min, double max) { return {.kind = Rule::Kind::range, .min = min, .max = max}; }
constexpr Rule one_of(std::string_view words) { return {.kind = Rule::Kind::one_of, .words = words}; }
constexpr Rule one_of_ignoring_case(std::string_view words) {
  return {.kind = Rule::Kind::one_of_ignoring_case, .words = words};
}
constexpr Rule list_of(std::string_view words) { return {.kind = Rule::Kind::list, .words = words}; }
constexpr Rule non_empty_list_of(std::string_view words) {
  return {.kind = Rule::Kind::list, .words = words, .empty_allowed = false};
}
constexpr Rule distinct_list() { return {.kind = Rule::Kind::list}; }
constexpr Rule non_empty_list() { return {.kind = Rule::Kind::list, .empty_allowed = false}; }
constexpr Rule nullable_list() { return {.kind = Rule::Kind::list, .null_allowed = true}; }
constexpr Rule nullable_non_empty_list() {
  return {.kind = Rule::Kind::list, .empty_allowed = false, .null_allowed = true};
}
constexpr Rule rule(Rule::Kind kind) { return {.kind = kind}; }

// Defaults that no text can spell.
inline constexpr std::string_view kNull{};             // There is none: the value is null.
inline constexpr std::string_view kRequired = "\x01";  // There is none, and somebody must give one.

// One configuration key: a row of the tables in key_table.h.  All text is static.
struct ConfigKey {
  std::string_view name;
  ConfigType type;
  std::string_view default_text;  // As DescribeConfigs prints it; data() == nullptr: null; kRequired: must be set.
  Rule rule;
  Importance importance;
  Scope scope = Scope::read_only;
  Fate fate = Fate::honoured;
  std::string_view note = {};    // `protects`: the remedy.  Else a remark for the reader of the documentation.
  std::string_view sample = {};  // `protects`: a value that must stop the start-up.
  bool internal = false;         // Not described unless somebody set it.

  constexpr bool has_default() const { return default_text != kRequired; }
  constexpr bool sensitive() const { return type == ConfigType::PASSWORD; }
};

}  // namespace muir::server
