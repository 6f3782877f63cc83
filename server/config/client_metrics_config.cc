#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "server/config/config_text.h"
#include "server/config/group_config.h"
#include "server/config/key_table.h"
#include "server/config/key_values.h"

namespace muir::server {
namespace {

constexpr std::int32_t kIntervalMsMin = 100;
constexpr std::int32_t kIntervalMsMax = 3'600'000;
constexpr std::string_view kMatchable[] = {"client_instance_id",    "client_id",
                                           "client_software_name",  "client_software_version",
                                           "client_source_address", "client_source_port"};

// `what=regex`.  Kafka compiles it by java.util.regex, this broker by RE2: look-around and back-references are refused.
bool is_pattern(const std::string& entry) {
  const auto equals = entry.find('=');
  if (equals == std::string::npos || entry.find('=', equals + 1) != std::string::npos) return false;
  const std::string_view what = trim(std::string_view(entry).substr(0, equals));
  const std::string regex(trim(std::string_view(entry).substr(equals + 1)));
  if (entry.size() == equals + 1 || std::ranges::find(kMatchable, what) == std::end(kMatchable)) return false;
  return re2::RE2(regex, re2::RE2::Quiet).ok();
}

}  // namespace

ConfigResult<> validate_client_metrics_configs(std::string_view subscription, const ConfigMap& wanted) {
  if (subscription.empty()) return invalid_request("Subscription name can't be empty");
  for (const auto& [name, value] : wanted)
    if (find_client_metrics_key(name) == nullptr)
      return invalid_request(fmt::format("Unknown client metrics configuration: {}", name));
  const auto values = KeyValues::parse(client_metrics_keys(), wanted);
  if (!values) return values.error();
  const std::int32_t interval = values->int32("interval.ms");
  if (interval < kIntervalMsMin || interval > kIntervalMsMax)
    return invalid_request(
        fmt::format("Invalid value {} for interval.ms, interval must be between 100 and 3600000 (1 hour)", interval));
  for (const std::string& pattern : values->list("match"))
    if (!is_pattern(pattern)) return invalid_config(fmt::format("Illegal client matching pattern: {}", pattern));
  return {};
}

}  // namespace muir::server
