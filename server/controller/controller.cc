#include "server/controller/controller.h"

#include "server/controller/acl_control.h"
#include "server/controller/alter_client_quotas.h"
#include "server/controller/alter_configs.h"
#include "server/controller/alter_partition.h"
#include "server/controller/alter_user_scram_credentials.h"
#include "server/controller/broker_heartbeat.h"
#include "server/controller/broker_registration_request.h"
#include "server/controller/create_partitions.h"
#include "server/controller/create_topics.h"
#include "server/controller/delegation_token_control.h"
#include "server/controller/delete_topics.h"
#include "server/controller/elect_leaders.h"
#include "server/controller/leader_updates.h"
#include "server/controller/partition_reassignments.h"
#include "server/controller/producer_ids.h"
#include "server/controller/replica_directories.h"
#include "server/controller/update_features.h"
#include "wire/base/check.h"
#include "wire/schema/no_op_record.h"

namespace muir::server {

Controller::Controller(ControllerSettings settings, const ConfigSchema& schema, std::function<Uuid()> new_uuid,
                       std::uint64_t seed)
    : settings_(std::move(settings)),
      schema_(schema),
      new_uuid_(std::move(new_uuid)),
      random_(seed),
      heartbeats_(settings_.broker_session_timeout),
      tokens_by_hmac_(settings_.delegation_tokens.secret_key.value_or("")),
      committed_(std::make_shared<const ControllerState>()) {}

DecideContext Controller::context_for(const ControllerRequest& request) {
  CHECK(is_active_);
  return {state_, settings_, schema_, heartbeats_, random_, new_uuid_, request};
}

Result<> Controller::apply(std::span<const ByteView> frames, Offset base_offset) {
  MetadataChanges changes;
  auto offset = base_offset;
  for (const auto frame : frames) {
    const auto applied = state_.apply(frame, offset, changes);
    if (!applied) return applied;
    ++offset;
  }
  uncommitted_.emplace_back(offset, std::make_shared<const ControllerState>(state_));
  if (is_active_) note_brokers(changes, Offset{offset.value - 1});
  return ok();
}

// Keeps the soft state in step with registrations.
void Controller::note_brokers(const MetadataChanges& changes, Offset last_offset) {
  for (const auto id : changes.brokers) {
    const auto* broker = state_.image.cluster.broker(id);
    if (broker == nullptr) {
      heartbeats_.unregistered(id);
      continue;
    }
    const auto known = heartbeats_.brokers().find(id);
    if (known == heartbeats_.brokers().end() || known->second.epoch != broker->epoch) {
      heartbeats_.registered(*broker);
    } else {
      heartbeats_.changed(*broker);
    }
    // Others have to know of this batch, which moves the leaders, before the broker may go.
    if (broker->is_in_controlled_shutdown && !broker->is_fenced)
      heartbeats_.entered_controlled_shutdown(id, last_offset);
  }
}

void Controller::committed(Offset end_offset) {
  while (!uncommitted_.empty() && uncommitted_.front().first.value <= end_offset.value) {
    committed_ = std::move(uncommitted_.front().second);
    uncommitted_.pop_front();
  }
}

void Controller::rollback() {
  uncommitted_.clear();
  state_ = *committed_;
}

void Controller::withdraw(Instant now) {
  rollback();
  if (is_active_) heartbeats_.rolled_back(state_.image.cluster, now);
}

Result<> Controller::load_snapshot(Offset end_offset, Epoch epoch, std::span<const ByteView> frames) {
  ControllerState loaded;
  MetadataChanges changes;
  for (const auto frame : frames) {
    const auto applied = loaded.apply(frame, Offset{end_offset.value - 1}, changes);
    if (!applied) return applied;
  }
  loaded.image.last_offset = Offset{end_offset.value - 1};
  loaded.image.last_epoch = epoch;
  state_ = loaded;
  committed_ = std::make_shared<const ControllerState>(std::move(loaded));
  uncommitted_.clear();
  return ok();
}

Result<Activation> Controller::activate(const ControllerRequest& context, const std::vector<OwnedBytes>& bootstrap) {
  is_active_ = true;
  heartbeats_ = BrokerHeartbeats(settings_.broker_session_timeout);
  heartbeats_.begin(state_.image.cluster, context.now);
  if (settings_.has_own_broker) heartbeats_.end_session(settings_.node_id);
  return decide_activation(context_for(context), bootstrap);
}

void Controller::resign() {
  is_active_ = false;
  heartbeats_ = BrokerHeartbeats(settings_.broker_session_timeout);
}

Decision<wire::CreateTopicsResponse> Controller::create_topics(const ControllerRequest& context,
                                                               const wire::CreateTopicsRequest& request) {
  return decide_create_topics(context_for(context), request);
}

Decision<wire::DeleteTopicsResponse> Controller::delete_topics(const ControllerRequest& context,
                                                               const wire::DeleteTopicsRequest& request) {
  return decide_delete_topics(context_for(context), request);
}

Decision<wire::CreatePartitionsResponse> Controller::create_partitions(const ControllerRequest& context,
                                                                       const wire::CreatePartitionsRequest& request) {
  return decide_create_partitions(context_for(context), request);
}

Decision<wire::IncrementalAlterConfigsResponse> Controller::incremental_alter_configs(
    const ControllerRequest& context, const wire::IncrementalAlterConfigsRequest& request) {
  return decide_incremental_alter_configs(context_for(context), request);
}

Decision<wire::AlterConfigsResponse> Controller::alter_configs(const ControllerRequest& context,
                                                               const wire::AlterConfigsRequest& request) {
  return decide_alter_configs(context_for(context), request);
}

Decision<wire::AlterClientQuotasResponse> Controller::alter_client_quotas(
    const ControllerRequest& context, const wire::AlterClientQuotasRequest& request) {
  return decide_alter_client_quotas(context_for(context), request);
}

Decision<wire::CreateAclsResponse> Controller::create_acls(const ControllerRequest& context,
                                                           const wire::CreateAclsRequest& request) {
  return decide_create_acls(context_for(context), request);
}

Decision<wire::DeleteAclsResponse> Controller::delete_acls(const ControllerRequest& context,
                                                           const wire::DeleteAclsRequest& request) {
  return decide_delete_acls(context_for(context), request);
}

Decision<wire::AlterUserScramCredentialsResponse> Controller::alter_user_scram_credentials(
    const ControllerRequest& context, const wire::AlterUserScramCredentialsRequest& request) {
  return decide_alter_user_scram_credentials(context_for(context), request);
}

Decision<wire::CreateDelegationTokenResponse> Controller::create_delegation_token(
    const ControllerRequest& context, const wire::CreateDelegationTokenRequest& request) {
  return decide_create_delegation_token(context_for(context), request);
}

Decision<wire::RenewDelegationTokenResponse> Controller::renew_delegation_token(
    const ControllerRequest& context, const wire::RenewDelegationTokenRequest& request) {
  return decide_renew_delegation_token(context_for(context), tokens_by_hmac_, request);
}

Decision<wire::ExpireDelegationTokenResponse> Controller::expire_delegation_token(
    const ControllerRequest& context, const wire::ExpireDelegationTokenRequest& request) {
  return decide_expire_delegation_token(context_for(context), tokens_by_hmac_, request);
}

Decision<wire::BrokerRegistrationResponse> Controller::register_broker(const ControllerRequest& context,
                                                                       const wire::BrokerRegistrationRequest& request) {
  return decide_broker_registration(context_for(context), request);
}

Decision<wire::BrokerHeartbeatResponse> Controller::broker_heartbeat(const ControllerRequest& context,
                                                                     const wire::BrokerHeartbeatRequest& request) {
  return decide_broker_heartbeat(context_for(context), heartbeats_, request);
}

Decision<wire::UnregisterBrokerResponse> Controller::unregister_broker(const ControllerRequest& context,
                                                                       const wire::UnregisterBrokerRequest& request) {
  return decide_unregister_broker(context_for(context), request);
}

Decision<wire::ControllerRegistrationResponse> Controller::register_controller(
    const ControllerRequest& context, const wire::ControllerRegistrationRequest& request) {
  return decide_controller_registration(context_for(context), request);
}

Decision<wire::AllocateProducerIdsResponse> Controller::allocate_producer_ids(
    const ControllerRequest& context, const wire::AllocateProducerIdsRequest& request) {
  return decide_allocate_producer_ids(context_for(context), request);
}

Decision<wire::AlterPartitionResponse> Controller::alter_partition(const ControllerRequest& context,
                                                                   const wire::AlterPartitionRequest& request) {
  return decide_alter_partition(context_for(context), request);
}

Decision<wire::ElectLeadersResponse> Controller::elect_leaders(const ControllerRequest& context,
                                                               const wire::ElectLeadersRequest& request) {
  return decide_elect_leaders(context_for(context), request);
}

Decision<wire::AlterPartitionReassignmentsResponse> Controller::alter_partition_reassignments(
    const ControllerRequest& context, const wire::AlterPartitionReassignmentsRequest& request) {
  return decide_alter_partition_reassignments(context_for(context), request);
}

Decision<wire::ListPartitionReassignmentsResponse> Controller::list_partition_reassignments(
    const ControllerRequest& context, const wire::ListPartitionReassignmentsRequest& request) {
  return decide_list_partition_reassignments(context_for(context), request);
}

Decision<wire::UpdateFeaturesResponse> Controller::update_features(const ControllerRequest& context,
                                                                   const wire::UpdateFeaturesRequest& request) {
  return decide_update_features(context_for(context), request);
}

Decision<wire::AssignReplicasToDirsResponse> Controller::assign_replicas_to_dirs(
    const ControllerRequest& context, const wire::AssignReplicasToDirsRequest& request) {
  return decide_assign_replicas_to_dirs(context_for(context), request);
}

Housekeeping Controller::no_op() const {
  RecordBatch records;
  records.add(wire::NoOpRecord());
  return {.records = records.take()};
}

Housekeeping Controller::fence_stale_broker(const ControllerRequest& context) {
  const auto expired = heartbeats_.take_expired(context.now);
  if (!expired) return {};
  auto records = RecordBatch::unlimited();
  const auto* broker = state_.image.cluster.broker(*expired);
  if (broker != nullptr && !broker->is_fenced) fence_broker(context_for(context), *expired, records);
  heartbeats_.fence(*expired);
  return {.records = records.take(), .has_more = true};
}

Housekeeping Controller::balance_leaders(const ControllerRequest& context) {
  RecordBatch records;
  server::balance_leaders(context_for(context), records);
  const bool has_more = records.size() >= kElectionsPerStepMax;
  return {.records = records.take(), .has_more = has_more};
}

Housekeeping Controller::elect_unclean_leaders(const ControllerRequest& context) {
  RecordBatch records;
  server::elect_unclean_leaders(context_for(context), records);
  const bool has_more = records.size() >= kElectionsPerStepMax;
  return {.records = records.take(), .has_more = has_more};
}

Housekeeping Controller::sweep_expired_tokens(const ControllerRequest& context) {
  RecordBatch records;
  server::sweep_expired_tokens(context_for(context), records);
  const bool has_more = records.size() >= kTokensPerSweepMax;
  return {.records = records.take(), .has_more = has_more};
}

}  // namespace muir::server
