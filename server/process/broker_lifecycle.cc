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
constexpr std::size_t kAssignmentsPerRequestMax = 2250;

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

void BrokerLifecycle::assigned_to_dir(const PartitionKey& key, const Uuid& directory) { assign(key, {directory}); }

Task<bool> BrokerLifecycle::assign_to_dir(PartitionKey key, Uuid directory) {
  Completion<bool> told;
  assign(key, {directory, &told});
  co_return co_await told;
}

void BrokerLifecycle::assign(const PartitionKey& key, Assignment assignment) {
  Assignment& known = assignments_[key];
  if (known.waiting != nullptr) known.waiting->complete(false);
  known = assignment;
  if (std::exchange(is_telling_assignments_, true)) return;
  Shard::current()->tasks().spawn("assign replicas to directories", tell_assignments());
}

namespace {

using DirsResponse = wire::AssignReplicasToDirsResponse;

template <class Assignments>
wire::AssignReplicasToDirsRequest request_of(const Assignments& assignments) {
  std::map<Uuid, std::map<Uuid, std::vector<std::int32_t>>> by_directory;  // Then by topic.
  for (const auto& [key, assignment] : assignments)
    by_directory[assignment.directory][key.topic_id].push_back(key.partition.value);
  wire::AssignReplicasToDirsRequest request;
  for (const auto& [directory, by_topic] : by_directory) {
    auto& dir = request.directories.emplace_back();
    dir.id = directory;
    for (const auto& [topic_id, partitions] : by_topic) {
      auto& topic = dir.topics.emplace_back();
      topic.topic_id = topic_id;
      for (const std::int32_t partition : partitions) topic.partitions.emplace_back().partition_index = partition;
    }
  }
  return request;
}

std::set<PartitionKey> accepted_in(const DirsResponse& response) {
  std::set<PartitionKey> accepted;
  if (response.error_code != wire::ErrorCode::NONE) return accepted;
  for (const auto& dir : response.directories)
    for (const auto& topic : dir.topics)
      for (const auto& partition : topic.partitions)
        if (partition.error_code == wire::ErrorCode::NONE)
          accepted.insert({topic.topic_id, PartitionId{partition.partition_index}});
  return accepted;
}

}  // namespace

Task<void> BrokerLifecycle::tell_assignments() {
  while (!assignments_.empty()) {
    Assignments telling;  // As many as one of Kafka's requests has.
    while (!assignments_.empty() && telling.size() < kAssignmentsPerRequestMax)
      telling.insert(assignments_.extract(assignments_.begin()));
    auto request = request_of(telling);
    request.broker_id = config_.node_id.value;
    request.broker_epoch = epoch_;
    const auto committed = co_await controller_.submit<wire::AssignReplicasToDirsRequest, DirsResponse>(
        &Controller::assign_replicas_to_dirs, request, version(0));
    if (!committed) log_warn("Telling replicas' directories failed", field("error", committed.error().message()));
    std::set<PartitionKey> accepted;
    if (committed) accepted = accepted_in(committed->decision.response);
    // Before metadata.version 17 nobody wants to know.
    const bool is_untracked =
        committed && committed->decision.response.error_code == wire::ErrorCode::UNSUPPORTED_VERSION;
    for (const auto& [key, assignment] : telling)
      if (assignment.waiting != nullptr) assignment.waiting->complete(is_untracked || accepted.contains(key));
  }
  is_telling_assignments_ = false;
}

void BrokerLifecycle::dir_failed(const Uuid& directory) {
  if (offline_dirs_.insert(directory).second && !untold_since_) untold_since_ = Shard::current()->clock().now();
  beat_soon();
}

void BrokerLifecycle::set_cordoned_dirs(std::vector<Uuid> directories) {
  if (directories == cordoned_dirs_) return;
  cordoned_dirs_ = std::move(directories);
  beat_soon();
}

void BrokerLifecycle::beat_soon() {
  is_hasty_ = true;
  if (sleeping_ != nullptr) sleeping_->wake();
}

Task<Result<BrokerLifecycle::Beat>> BrokerLifecycle::beat(bool want_fence, bool want_shutdown) {
  wire::BrokerHeartbeatRequest request;
  request.broker_id = config_.node_id.value;
  request.broker_epoch = epoch_;
  request.current_metadata_offset = metadata_.published()->last_offset.value;
  request.want_fence = want_fence;
  request.want_shut_down = want_shutdown;
  request.offline_log_dirs.assign(offline_dirs_.begin(), offline_dirs_.end());
  request.cordoned_log_dirs = cordoned_dirs_;
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
  const Clock& clock = Shard::current()->clock();
  while (!is_stopping_) {
    const auto pause = is_hasty_ ? std::chrono::milliseconds{0} : config_.broker_heartbeat_interval_ms;
    is_hasty_ = false;
    Sleep sleep(Shard::current()->timers(), clock.now() + pause);
    sleeping_ = &sleep;
    co_await sleep;
    sleeping_ = nullptr;
    if (is_stopping_) co_return;
    is_hasty_ = false;
    const auto failed_since = std::exchange(untold_since_, std::nullopt);
    const auto heard = co_await beat(false, false);
    if (heard) continue;
    log_warn("Heartbeat failed", field("error", heard.error().message()));
    if (failed_since) untold_since_ = failed_since;
    if (failed_since && *failed_since + config_.log_dir_failure_timeout_ms < clock.now() && on_untold) on_untold();
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
