#include "server/config/group_bounds.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/config/key_table.h"

namespace muir::server {
namespace {

#define MUIR_INTERVALS(group)                                                                                     \
  {"group." group ".min.heartbeat.interval.ms", "group." group ".max.heartbeat.interval.ms", false, false},       \
      {"group." group ".min.heartbeat.interval.ms", "group." group ".heartbeat.interval.ms", false, false},       \
      {"group." group ".heartbeat.interval.ms", "group." group ".max.heartbeat.interval.ms"},                     \
      {"group." group ".min.session.timeout.ms", "group." group ".max.session.timeout.ms", false, false},         \
      {"group." group ".min.session.timeout.ms", "group." group ".session.timeout.ms", false, false},             \
      {"group." group ".session.timeout.ms", "group." group ".max.session.timeout.ms"},                           \
      {"group." group ".heartbeat.interval.ms", "group." group ".session.timeout.ms", true},                      \
      {"group." group ".min.assignment.interval.ms", "group." group ".max.assignment.interval.ms", false, false}, \
      {"group." group ".min.assignment.interval.ms", "group." group ".assignment.interval.ms", false, false},     \
      {"group." group ".assignment.interval.ms", "group." group ".max.assignment.interval.ms"}

constexpr GroupBound kBounds[] = {
    MUIR_INTERVALS("consumer"),
    MUIR_INTERVALS("share"),
    MUIR_INTERVALS("streams"),
    {"group.streams.num.standby.replicas", "group.streams.max.standby.replicas"},
    {"group.share.delivery.count.limit", "group.share.max.delivery.count.limit", false, false},
    {"group.share.min.delivery.count.limit", "group.share.delivery.count.limit", false, false},
    {"group.share.partition.max.record.locks", "group.share.max.partition.max.record.locks", false, false},
    {"group.share.min.partition.max.record.locks", "group.share.partition.max.record.locks", false, false},
    {"group.share.min.record.lock.duration.ms", "group.share.record.lock.duration.ms", false, false},
    {"group.share.record.lock.duration.ms", "group.share.max.record.lock.duration.ms", false, false},
    {"group.share.max.size", "group.share.max.share.sessions", false, false},
};

#undef MUIR_INTERVALS

std::string broken(const GroupBound& bound) {
  if (bound.strict) return fmt::format("{} must be less than {}", bound.low, bound.high);
  if (bound.low_first) return fmt::format("{} must be less than or equal to {}", bound.low, bound.high);
  return fmt::format("{} must be greater than or equal to {}", bound.high, bound.low);
}

}  // namespace

ConfigResult<> check_group_bounds(const KeyValues& values) {
  for (const GroupBound& bound : kBounds) {
    const std::int32_t low = values.int32(bound.low), high = values.int32(bound.high);
    if (bound.strict ? low >= high : low > high) return invalid_config(broken(bound));
  }
  if (const auto& assignors = values.list("group.share.assignors"); assignors.size() != 1)
    return invalid_config(
        fmt::format("group.share.assignors must contain exactly one assignor, but found {}", assignors.size()));
  return {};
}

void clamp_assignment_intervals(ConfigMap& config) {
  for (const std::string group : {"consumer", "share", "streams"}) {
    const auto number = [&](const std::string& name) {
      const ConfigKey* key = find_broker_key("group." + group + "." + name);
      const auto at = config.find(key->name);
      const auto value = at == config.end() ? default_value(*key) : parse_value(*key, at->second);
      return value ? std::get<std::int32_t>(*value) : 0;
    };
    const auto at = config.find("group." + group + ".assignment.interval.ms");
    const std::int32_t low = number("min.assignment.interval.ms"), high = number("max.assignment.interval.ms");
    if (at == config.end() || low > high) continue;
    at->second = std::to_string(std::clamp(number("assignment.interval.ms"), low, high));
  }
}

}  // namespace muir::server
