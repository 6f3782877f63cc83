#include "server/controller/broker_registration_request.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/controller/leader_updates.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::BrokerRegistrationRequest;

// Whether another process that holds this broker id may still be alive.
ApiError problem_with_identity(const DecideContext& context, const Request& request) {
  if (request.cluster_id != context.settings.cluster_id) {
    return {ErrorCode::INCONSISTENT_CLUSTER_ID, fmt::format("Expected cluster ID {}, but got cluster ID {}",
                                                            context.settings.cluster_id, request.cluster_id)};
  }
  const NodeId id{request.broker_id};
  const auto* existing = context.image().cluster.broker(id);
  if (existing != nullptr && context.heartbeats.has_valid_session(id, context.request.now) &&
      existing->incarnation_id != request.incarnation_id) {
    return {ErrorCode::DUPLICATE_BROKER_REGISTRATION,
            "Another broker is registered with that broker id. If the broker was recently restarted this should "
            "self-resolve once the heartbeat manager expires the broker's session."};
  }
  if (request.is_migrating_zk_broker)
    return {ErrorCode::BROKER_ID_NOT_REGISTERED, "Controller does not support registering ZK brokers."};
  return {};
}

ApiError invalid(std::string message) { return {ErrorCode::INVALID_REGISTRATION, std::move(message)}; }

ApiError problem_with_directories(const DecideContext& context, const Request& request) {
  if (context.metadata_version() < kDirectoryAssignmentLevel) return {};
  if (request.log_dirs.empty()) return invalid("No directories specified in request");
  if (std::any_of(request.log_dirs.begin(), request.log_dirs.end(), is_reserved_directory))
    return invalid("Reserved directory ID in request");
  const std::set<Uuid> distinct(request.log_dirs.begin(), request.log_dirs.end());
  if (distinct.size() != request.log_dirs.size()) return invalid("Duplicate directory ID in request");
  for (const auto& [id, broker] : context.image().cluster.brokers()) {
    if (id == NodeId{request.broker_id}) continue;
    for (const auto& directory : broker->log_dirs) {
      if (distinct.contains(directory)) {
        return invalid(
            fmt::format("Broker {} is already registered with directory {}", id.value, directory.to_string()));
      }
    }
  }
  return {};
}

ApiError problem_with_feature(std::string_view name, FeatureRange range, FeatureLevel finalized) {
  if (range.contains(finalized)) return {};
  return {ErrorCode::UNSUPPORTED_VERSION,
          fmt::format("Unable to register because the broker does not support finalized version {} of {}. The broker "
                      "wants a version between {} and {}, inclusive.",
                      finalized, name, range.min, range.max)};
}

// Every finalized feature has to lie within what the broker supports, also those that it does not mention.
ApiError problem_with_features(const DecideContext& context, const Request& request) {
  const auto& features = context.image().features;
  std::map<std::string_view, FeatureLevel> unverified(features.finalized().begin(), features.finalized().end());
  unverified[kKRaftVersionFeature] = context.settings.kraft_version;
  bool has_metadata_version = false;
  for (const auto& feature : request.features) {
    const auto finalized =
        feature.name == kKRaftVersionFeature ? context.settings.kraft_version : features.level_of(feature.name);
    const FeatureRange range{feature.min_supported_version, feature.max_supported_version};
    auto problem = problem_with_feature(feature.name, range, finalized);
    if (problem.failed()) return problem;
    unverified.erase(feature.name);
    has_metadata_version |= feature.name == kMetadataVersionFeature;
  }
  if (!has_metadata_version) return invalid("Request features do not contain 'metadata.version'");
  for (const auto& [name, level] : unverified) {
    auto problem = level == 0 ? ApiError() : problem_with_feature(name, {0, 0}, level);
    if (problem.failed()) return problem;
  }
  return {};
}

ApiError problem_with(const DecideContext& context, const Request& request) {
  auto problem = problem_with_identity(context, request);
  if (!problem.failed()) problem = problem_with_directories(context, request);
  if (!problem.failed()) problem = problem_with_features(context, request);
  return problem;
}

wire::RegisterBrokerRecord record_of(const DecideContext& context, const Request& request) {
  wire::RegisterBrokerRecord record;
  record.broker_id = request.broker_id;
  record.is_migrating_zk_broker = request.is_migrating_zk_broker;
  record.incarnation_id = request.incarnation_id;
  record.rack = request.rack;
  for (const auto& listener : request.listeners) {
    auto& endpoint = record.end_points.emplace_back();
    endpoint.name = listener.name;
    endpoint.host = listener.host;
    endpoint.port = listener.port;
    endpoint.security_protocol = listener.security_protocol;
  }
  for (const auto& supported : request.features) {
    auto& feature = record.features.emplace_back();
    feature.name = supported.name;
    feature.min_supported_version = supported.min_supported_version;
    feature.max_supported_version = supported.max_supported_version;
  }
  if (context.metadata_version() >= kDirectoryAssignmentLevel) record.log_dirs = request.log_dirs;
  return record;
}

}  // namespace

Decision<wire::BrokerRegistrationResponse> decide_broker_registration(const DecideContext& context,
                                                                      const Request& request) {
  Decision<wire::BrokerRegistrationResponse> decision;
  decision.is_atomic = false;
  const auto problem = problem_with(context, request);
  if (problem.failed()) {
    decision.response.error_code = problem.code;
    return decision;
  }
  auto records = RecordBatch::unlimited();
  auto record = record_of(context, request);
  const NodeId id{request.broker_id};
  const auto* existing = context.image().cluster.broker(id);
  if (existing != nullptr && existing->incarnation_id == request.incarnation_id) {
    record.fenced = existing->is_fenced;  // The same process amends what it said.
    record.in_controlled_shutdown = existing->is_in_controlled_shutdown;
    record.broker_epoch = existing->epoch;
  } else {
    // Only v3 and later can tell of a clean shutdown.
    const bool is_clean = context.request.api_version >= 3 &&
                          (existing == nullptr ? -2 : existing->epoch) == request.previous_broker_epoch;
    end_incarnation(context, id, is_clean, records);
    record.broker_epoch = context.request.next_offset.value;
  }
  records.add(record, register_broker_record_version(context.metadata_version()));
  decision.response.error_code = records.problem().code;
  if (records.problem().failed()) return decision;
  decision.response.broker_epoch = record.broker_epoch;
  decision.records = records.take();
  return decision;
}

Decision<wire::UnregisterBrokerResponse> decide_unregister_broker(const DecideContext& context,
                                                                  const wire::UnregisterBrokerRequest& request) {
  Decision<wire::UnregisterBrokerResponse> decision;
  decision.is_atomic = false;
  decision.response.error_message.reset();
  const NodeId id{request.broker_id};
  const auto* broker = context.image().cluster.broker(id);
  if (broker == nullptr) {
    decision.response.error_code = ErrorCode::BROKER_ID_NOT_REGISTERED;
    decision.response.error_message =
        decision.texts.keep(fmt::format("Broker ID {} is not currently registered", request.broker_id));
    return decision;
  }
  RecordBatch records;
  remove_broker(context, id, broker->epoch, records);
  decision.response.error_code = records.problem().code;
  decision.response.error_message = decision.texts.keep(records.problem().message);
  if (!records.problem().failed()) decision.records = records.take();
  return decision;
}

Decision<wire::ControllerRegistrationResponse> decide_controller_registration(
    const DecideContext& context, const wire::ControllerRegistrationRequest& request) {
  Decision<wire::ControllerRegistrationResponse> decision;
  auto& response = decision.response;
  response.error_message.reset();
  if (context.metadata_version() < kControllerRegistrationLevel) {
    response.error_code = ErrorCode::UNSUPPORTED_VERSION;
    response.error_message = "The current MetadataVersion is too old to support controller registrations.";
    return decision;
  }
  wire::RegisterControllerRecord record;
  record.controller_id = request.controller_id;
  record.incarnation_id = request.incarnation_id;
  for (const auto& listener : request.listeners) {
    auto& endpoint = record.end_points.emplace_back();
    endpoint.name = listener.name;
    endpoint.host = listener.host;
    endpoint.port = listener.port;
    endpoint.security_protocol = listener.security_protocol;
  }
  for (const auto& supported : request.features) {
    auto& feature = record.features.emplace_back();
    feature.name = supported.name;
    feature.min_supported_version = supported.min_supported_version;
    feature.max_supported_version = supported.max_supported_version;
  }
  RecordBatch records;
  records.add(record);
  response.error_code = records.problem().code;
  if (!records.problem().failed()) decision.records = records.take();
  return decision;
}

}  // namespace muir::server
