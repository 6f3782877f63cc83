#include "server/process/broker_lifecycle.h"

#include "server/handlers/supported_features.h"
#include "server/runtime/log.h"
#include "wire/schema/assign_replicas_to_dirs_request.h"
#include "wire/schema/assign_replicas_to_dirs_response.h"
#include "wire/schema/broker_heartbeat_request.h"
#include "wire/schema/broker_heartbeat_response.h"
#include "wire/schema/broker_registration_request.h"
#include "wire/schema/broker_registration_response.h"
#include "wire/schema/controller_registration_request.h"
#include "wire/schema/controller_registration_response.h"

namespace muir::server {
namespace {

constexpr std::int16_t kRegistrationVersion = 4;
constexpr std::int16_t kHeartbeatVersion = 2;
// How soon to beat again while the controller waits for us, or we for it.
constexpr std::chrono::milliseconds kImpatience{10};
constexpr std::chrono::seconds kPublishPatience{1};
constexpr int kShutdownBeatsMax = 500;

template <class Request>
void add_features(Request& request) {
  for (const auto& [name, range] : supported_features()) {
    auto& feature = request.features.emplace_back();
    feature.name = name;
    feature.min_supported_version = range.min;
    feature.max_supported_version = range.max;
  }
}

template <class Request>
void add_listeners(Request& request, const std::vector<Endpoint>& advertised) {
  for (const Endpoint& endpoint : advertised) {
    auto& listener = request.listeners.emplace_back();
    listener.name = endpoint.listener_name;
    listener.host = endpoint.host;
    listener.port = endpoint.port;
    listener.security_protocol = static_cast<std::int16_t>(endpoint.security_protocol);
  }
}

ControllerRequest version(std::int16_t version) {
  ControllerRequest surroundings;
  surroundings.api_version = version;
  return surroundings;
}

Error refused(std::string_view what, wire::ErrorCode code) {
  log_error("The controller refused", field("request", what), field("error", wire::name(code)));
  return make_error_code(boost::system::errc::operation_not_permitted);
}

}  // namespace

BrokerLifecycle::BrokerLifecycle(const BrokerConfig& config, std::string cluster_id, ControllerService& controller,
                                 MetadataPublisher& metadata)
    : config_(config), cluster_id_(std::move(cluster_id)), controller_(controller), metadata_(metadata) {}

Task<Result<void>> BrokerLifecycle::register_controller(std::vector<Endpoint> advertised) {
  wire::ControllerRegistrationRequest request;
  request.controller_id = config_.node_id.value;
  request.incarnation_id = incarnation_;
  add_listeners(request, advertised);
  add_features(request);
  const auto committed =
      co_await controller_.submit<wire::ControllerRegistrationRequest, wire::ControllerRegistrationResponse>(
          &Controller::register_controller, request, version(0));
  if (!committed) co_return committed.error();
  const wire::ErrorCode code = committed->decision.response.error_code;
  if (code != wire::ErrorCode::NONE) co_return refused("ControllerRegistration", code);
  co_return ok();
}

Task<Result<void>> BrokerLifecycle::register_broker(std::vector<Endpoint> advertised, std::vector<Uuid> log_dirs,
                                                    std::optional<std::int64_t> epoch_of_clean_stop) {
  wire::BrokerRegistrationRequest request;
  request.broker_id = config_.node_id.value;
  request.cluster_id = cluster_id_;
  request.incarnation_id = incarnation_;
  add_listeners(request, advertised);
  add_features(request);
  request.rack = std::nullopt;
  if (config_.broker_rack) request.rack = *config_.broker_rack;
  request.log_dirs = std::move(log_dirs);
  request.previous_broker_epoch = epoch_of_clean_stop.value_or(-1);
  const auto committed = co_await controller_.submit<wire::BrokerRegistrationRequest, wire::BrokerRegistrationResponse>(
      &Controller::register_broker, request, version(kRegistrationVersion));
  if (!committed) co_return committed.error();
  const wire::ErrorCode code = committed->decision.response.error_code;
  if (code != wire::ErrorCode::NONE) co_return refused("BrokerRegistration", code);
  epoch_ = committed->decision.response.broker_epoch;
  co_return ok();
}

void BrokerLifecycle::assigned_to_dir(const PartitionKey& key, const Uuid& directory) {
  assignments_[directory].push_back(key);
  if (std::exchange(is_telling_assignments_, true)) return;
  Shard::current()->tasks().spawn("assign replicas to directories", tell_assignments());
}

Task<void> BrokerLifecycle::tell_assignments() {
  while (!assignments_.empty()) {
    const auto assignments = std::exchange(assignments_, {});
    wire::AssignReplicasToDirsRequest request;
    request.broker_id = config_.node_id.value;
    request.broker_epoch = epoch_;
    for (const auto& [directory, keys] : assignments) {
      auto& dir = request.directories.emplace_back();
      dir.id = directory;
      std::map<Uuid, std::vector<std::int32_t>> by_topic;
      for (const PartitionKey& key : keys) by_topic[key.topic_id].push_back(key.partition.value);
      for (const auto& [topic_id, partitions] : by_topic) {
        auto& topic = dir.topics.emplace_back();
        topic.topic_id = topic_id;
        for (const std::int32_t partition : partitions) topic.partitions.emplace_back().partition_index = partition;
      }
    }
    const auto committed =
        co_await controller_.submit<wire::AssignReplicasToDirsRequest, wire::AssignReplicasToDirsResponse>(
            &Controller::assign_replicas_to_dirs, request, version(0));
    if (!committed) log_warn("Telling replicas' directories failed", field("error", committed.error().message()));
  }
  is_telling_assignments_ = false;
}

Task<Result<BrokerLifecycle::Beat>> BrokerLifecycle::beat(bool want_fence, bool want_shutdown) {
  wire::BrokerHeartbeatRequest request;
  request.broker_id = config_.node_id.value;
  request.broker_epoch = epoch_;
  request.current_metadata_offset = metadata_.published()->last_offset.value;
  request.want_fence = want_fence;
  request.want_shut_down = want_shutdown;
  request.offline_log_dirs.assign(offline_dirs_.begin(), offline_dirs_.end());
  request.cordoned_log_dirs.emplace();
  const auto committed = co_await controller_.submit<wire::BrokerHeartbeatRequest, wire::BrokerHeartbeatResponse>(
      &Controller::broker_heartbeat, request, version(kHeartbeatVersion));
  if (!committed) co_return committed.error();
  const auto& response = committed->decision.response;
  if (response.error_code != wire::ErrorCode::NONE) co_return refused("BrokerHeartbeat", response.error_code);
  co_return Beat{response.is_fenced, response.should_shut_down};
}

Task<Result<void>> BrokerLifecycle::unfence() {
  for (;;) {
    // The controller unfences only a broker that has read its own registration.
    co_await metadata_.until_published(Offset{epoch_ + 1}, kPublishPatience);
    const auto heard = co_await beat(false, false);
    if (!heard) co_return heard.error();
    if (!heard->is_fenced) co_return ok();
    co_await sleep_until(Shard::current()->clock().now() + kImpatience);
  }
}

Task<void> BrokerLifecycle::keep_alive() {
  while (!is_stopping_) {
    Sleep sleep(Shard::current()->timers(), Shard::current()->clock().now() + config_.broker_heartbeat_interval_ms);
    sleeping_ = &sleep;
    co_await sleep;
    sleeping_ = nullptr;
    if (is_stopping_) co_return;
    const auto heard = co_await beat(false, false);
    if (!heard) log_warn("Heartbeat failed", field("error", heard.error().message()));
  }
}

void BrokerLifecycle::stop() {
  is_stopping_ = true;
  if (sleeping_ != nullptr) sleeping_->wake();
}

Task<void> BrokerLifecycle::controlled_shutdown() {
  stop();
  if (epoch_ < 0) co_return;
  for (int beats = 0; beats < kShutdownBeatsMax; ++beats) {
    const auto heard = co_await beat(false, true);
    if (!heard || heard->should_shut_down) co_return;
    co_await sleep_until(Shard::current()->clock().now() + kImpatience);
  }
  log_warn("Controlled shutdown was not granted in time: stopping all the same");
}

}  // namespace muir::server
