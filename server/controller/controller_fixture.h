#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/controller/controller.h"
#include "server/controller/topic_rules.h"
#include "server/metadata/record_stream.h"

// For tests: a configuration table of four keys, and a controller with a log that is a vector.
namespace muir::server {

// min.insync.replicas, retention.ms, cleanup.policy (a list) and unclean.leader.election.enable.
class FewConfigs : public ConfigSchema {
 public:
  std::optional<ApiError> problem_with(ConfigResourceType, std::string_view name, const DynamicConfigs&,
                                       const DynamicConfigs& wanted) const override {
    if (auto why = topic_name_problem(name)) return ApiError(wire::ErrorCode::INVALID_TOPIC_EXCEPTION, std::move(*why));
    for (const auto& [key, value] : wanted) {
      if (!defaults_.contains(key))
        return ApiError(wire::ErrorCode::INVALID_CONFIG, "Unknown topic config name: " + key);
      if (value == "bad") return ApiError(wire::ErrorCode::INVALID_CONFIG, "bad value for " + key);
    }
    return std::nullopt;
  }
  bool is_list(ConfigResourceType, std::string_view key) const override { return key == "cleanup.policy"; }
  std::optional<std::string> default_value(ConfigResourceType, std::string_view key) const override {
    const auto at = defaults_.find(key);
    return at == defaults_.end() ? std::nullopt : std::optional(at->second);
  }
  std::vector<EffectiveTopicConfig> effective_topic_configs(const DynamicConfigs& topic, const DynamicConfigs&,
                                                            const DynamicConfigs& cluster) const override {
    std::vector<EffectiveTopicConfig> all;
    for (const auto& [key, value] : defaults_) {
      if (topic.contains(key)) {
        all.push_back({key, topic.at(key), 1, false});
      } else if (cluster.contains(key)) {
        all.push_back({key, cluster.at(key), 3, false});
      } else {
        all.push_back({key, value, 5, false});
      }
    }
    return all;
  }
  std::string effective_topic_config(std::string_view key, const DynamicConfigs& topic, const DynamicConfigs& node,
                                     const DynamicConfigs& cluster) const override {
    for (const auto& one : effective_topic_configs(topic, node, cluster)) {
      if (one.name == key) return one.value.value_or("");
    }
    return "";
  }
  std::int32_t static_min_insync_replicas() const override { return 1; }

 private:
  std::map<std::string, std::string, std::less<>> defaults_{{"cleanup.policy", "delete"},
                                                            {"min.insync.replicas", "1"},
                                                            {"retention.ms", "604800000"},
                                                            {"unclean.leader.election.enable", "false"}};
};

// FeatureLevel records as `format` of 4.3.1 writes them into bootstrap.checkpoint.
std::vector<OwnedBytes> bootstrap_records();

// A controller, the log that it would have, and brokers that register with it.
class ControllerFixture {
 public:
  explicit ControllerFixture(std::uint64_t seed = 1) : ControllerFixture(settings(), seed) {}
  explicit ControllerFixture(ControllerSettings settings, std::uint64_t seed = 1);
  static ControllerSettings settings();

  ControllerRequest context(std::int16_t version = 0) const;
  // Appends and applies; commits too unless told otherwise.
  void append(std::vector<OwnedBytes> records, bool is_committed = true);
  template <class Response>
  Response run(Decision<Response> decision) {
    append(std::move(decision.records));
    texts.push_back(std::move(decision.texts));
    return std::move(decision.response);
  }
  Offset end() const { return Offset{static_cast<std::int64_t>(log.size())}; }

  // Registers the broker with one directory and unfences it.
  void start_broker(std::int32_t id, std::optional<std::string_view> rack = std::nullopt);
  wire::BrokerRegistrationResponse register_broker(std::int32_t id, std::uint64_t incarnation,
                                                   std::int64_t previous_epoch = -1,
                                                   std::optional<std::string_view> rack = std::nullopt);
  wire::BrokerHeartbeatResponse heartbeat(std::int32_t id, bool want_fence, bool want_shut_down = false);
  std::int64_t epoch_of(std::int32_t id) const;

  // Creates a topic whose partitions lie where `replicas` says.
  void create(std::string_view name, const std::vector<std::vector<std::int32_t>>& replicas);
  const PartitionRegistration& partition(std::string_view topic, std::int32_t index = 0) const;

  FewConfigs configs;
  Instant now{std::chrono::hours{1}};
  Controller controller;
  std::vector<OwnedBytes> log;
  std::vector<Texts> texts;  // Keeps answers readable.

 private:
  std::uint64_t uuids_ = 1000;
};

}  // namespace muir::server
