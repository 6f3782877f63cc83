#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "server/controller/activation.h"
#include "server/controller/broker_heartbeats.h"
#include "server/controller/config_schema.h"
#include "server/controller/controller_settings.h"
#include "server/controller/controller_state.h"
#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "server/controller/tokens_by_hmac.h"
#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/schema/allocate_producer_ids_request.h"
#include "wire/schema/allocate_producer_ids_response.h"
#include "wire/schema/alter_client_quotas_request.h"
#include "wire/schema/alter_client_quotas_response.h"
#include "wire/schema/alter_configs_request.h"
#include "wire/schema/alter_configs_response.h"
#include "wire/schema/alter_partition_reassignments_request.h"
#include "wire/schema/alter_partition_reassignments_response.h"
#include "wire/schema/alter_partition_request.h"
#include "wire/schema/alter_partition_response.h"
#include "wire/schema/alter_user_scram_credentials_request.h"
#include "wire/schema/alter_user_scram_credentials_response.h"
#include "wire/schema/assign_replicas_to_dirs_request.h"
#include "wire/schema/assign_replicas_to_dirs_response.h"
#include "wire/schema/broker_heartbeat_request.h"
#include "wire/schema/broker_heartbeat_response.h"
#include "wire/schema/broker_registration_request.h"
#include "wire/schema/broker_registration_response.h"
#include "wire/schema/controller_registration_request.h"
#include "wire/schema/controller_registration_response.h"
#include "wire/schema/create_acls_request.h"
#include "wire/schema/create_acls_response.h"
#include "wire/schema/create_delegation_token_request.h"
#include "wire/schema/create_delegation_token_response.h"
#include "wire/schema/create_partitions_request.h"
#include "wire/schema/create_partitions_response.h"
#include "wire/schema/create_topics_request.h"
#include "wire/schema/create_topics_response.h"
#include "wire/schema/delete_acls_request.h"
#include "wire/schema/delete_acls_response.h"
#include "wire/schema/delete_topics_request.h"
#include "wire/schema/delete_topics_response.h"
#include "wire/schema/elect_leaders_request.h"
#include "wire/schema/elect_leaders_response.h"
#include "wire/schema/expire_delegation_token_request.h"
#include "wire/schema/expire_delegation_token_response.h"
#include "wire/schema/incremental_alter_configs_request.h"
#include "wire/schema/incremental_alter_configs_response.h"
#include "wire/schema/list_partition_reassignments_request.h"
#include "wire/schema/list_partition_reassignments_response.h"
#include "wire/schema/renew_delegation_token_request.h"
#include "wire/schema/renew_delegation_token_response.h"
#include "wire/schema/unregister_broker_request.h"
#include "wire/schema/unregister_broker_response.h"
#include "wire/schema/update_features_request.h"
#include "wire/schema/update_features_response.h"

namespace muir::server {

// Records that no request asked for.
struct Housekeeping {
  std::vector<OwnedBytes> records;
  bool is_atomic = false;
  bool has_more = false;  // Do it again as soon as these are applied.
};

// The metadata state machine: requests in, records and answers out (KIP-500, KIP-631).  No I/O, no threads, no clock.
// The shell on the controller's thread does, for each request: decide; append the records; apply() them as soon as the
// log has accepted them, so that the next decision sees them; committed() when the high watermark passes; and only then
// send the answer.  A decision without records is answered when everything applied before it is committed.
//
// A standby calls apply() and committed() for what it replicates, and decides nothing.
// Names in requests are stored names: tenants are resolved before.  Owner: the controller's thread.
class Controller {
 public:
  // Batches that are applied and not yet committed.  At so many the shell takes no request until some are.
  static constexpr std::size_t kUncommittedBatchesMax = 1024;

  // `schema` outlives the controller.  `new_uuid` names topics; `seed` begins the placement of replicas.
  Controller(ControllerSettings settings, const ConfigSchema& schema, std::function<Uuid()> new_uuid,
             std::uint64_t seed);

  // --- the log
  // Applies a batch that the log accepted at `base_offset`.  Fails with a MetadataErrc: the process has to stop.
  Result<> apply(std::span<const ByteView> frames, Offset base_offset);
  // Records below `end_offset` are committed.
  void committed(Offset end_offset);
  // Forgets what is not committed: leadership is lost.
  void rollback();
  // The same, but leadership stays: the log had no room.
  void withdraw(Instant now);
  // Replaces everything by a snapshot, all of which is committed.
  Result<> load_snapshot(Offset end_offset, Epoch epoch, std::span<const ByteView> frames);

  bool is_full() const { return uncommitted_.size() >= kUncommittedBatchesMax; }
  const MetadataImage& image() const { return state_.image; }  // With what is not committed.
  const MetadataImage& committed_image() const { return committed_->image; }

  // --- leadership
  // Becomes active with nothing uncommitted; the caller appends what is returned before anything else.
  Result<Activation> activate(const ControllerRequest& context, const std::vector<OwnedBytes>& bootstrap);
  void resign();
  bool is_active() const { return is_active_; }
  const BrokerHeartbeats& heartbeats() const { return heartbeats_; }

  // --- requests; only while active
  Decision<wire::CreateTopicsResponse> create_topics(const ControllerRequest&, const wire::CreateTopicsRequest&);
  Decision<wire::DeleteTopicsResponse> delete_topics(const ControllerRequest&, const wire::DeleteTopicsRequest&);
  Decision<wire::CreatePartitionsResponse> create_partitions(const ControllerRequest&,
                                                             const wire::CreatePartitionsRequest&);
  Decision<wire::IncrementalAlterConfigsResponse> incremental_alter_configs(
      const ControllerRequest&, const wire::IncrementalAlterConfigsRequest&);
  Decision<wire::AlterConfigsResponse> alter_configs(const ControllerRequest&, const wire::AlterConfigsRequest&);
  Decision<wire::AlterClientQuotasResponse> alter_client_quotas(const ControllerRequest&,
                                                                const wire::AlterClientQuotasRequest&);
  Decision<wire::CreateAclsResponse> create_acls(const ControllerRequest&, const wire::CreateAclsRequest&);
  Decision<wire::DeleteAclsResponse> delete_acls(const ControllerRequest&, const wire::DeleteAclsRequest&);
  Decision<wire::AlterUserScramCredentialsResponse> alter_user_scram_credentials(
      const ControllerRequest&, const wire::AlterUserScramCredentialsRequest&);
  Decision<wire::CreateDelegationTokenResponse> create_delegation_token(const ControllerRequest&,
                                                                        const wire::CreateDelegationTokenRequest&);
  Decision<wire::RenewDelegationTokenResponse> renew_delegation_token(const ControllerRequest&,
                                                                      const wire::RenewDelegationTokenRequest&);
  Decision<wire::ExpireDelegationTokenResponse> expire_delegation_token(const ControllerRequest&,
                                                                        const wire::ExpireDelegationTokenRequest&);
  Decision<wire::BrokerRegistrationResponse> register_broker(const ControllerRequest&,
                                                             const wire::BrokerRegistrationRequest&);
  Decision<wire::BrokerHeartbeatResponse> broker_heartbeat(const ControllerRequest&,
                                                           const wire::BrokerHeartbeatRequest&);
  Decision<wire::UnregisterBrokerResponse> unregister_broker(const ControllerRequest&,
                                                             const wire::UnregisterBrokerRequest&);
  Decision<wire::ControllerRegistrationResponse> register_controller(const ControllerRequest&,
                                                                     const wire::ControllerRegistrationRequest&);
  Decision<wire::AllocateProducerIdsResponse> allocate_producer_ids(const ControllerRequest&,
                                                                    const wire::AllocateProducerIdsRequest&);
  Decision<wire::AlterPartitionResponse> alter_partition(const ControllerRequest&, const wire::AlterPartitionRequest&);
  Decision<wire::ElectLeadersResponse> elect_leaders(const ControllerRequest&, const wire::ElectLeadersRequest&);
  Decision<wire::AlterPartitionReassignmentsResponse> alter_partition_reassignments(
      const ControllerRequest&, const wire::AlterPartitionReassignmentsRequest&);
  Decision<wire::ListPartitionReassignmentsResponse> list_partition_reassignments(
      const ControllerRequest&, const wire::ListPartitionReassignmentsRequest&);
  Decision<wire::UpdateFeaturesResponse> update_features(const ControllerRequest&, const wire::UpdateFeaturesRequest&);
  Decision<wire::AssignReplicasToDirsResponse> assign_replicas_to_dirs(const ControllerRequest&,
                                                                       const wire::AssignReplicasToDirsRequest&);

  // --- housekeeping; only while active
  // Every metadata.max.idle.interval.ms (500 ms): so that the high watermark moves and standbys know that we live.
  Housekeeping no_op() const;
  // Every eighth of the session timeout: fences a broker that was not heard of.
  Housekeeping fence_stale_broker(const ControllerRequest& context);
  // Every leader.imbalance.check.interval.seconds, with auto.leader.rebalance.enable.
  Housekeeping balance_leaders(const ControllerRequest& context);
  // Every unclean.leader.election.interval.ms.
  Housekeeping elect_unclean_leaders(const ControllerRequest& context);
  // Every delegation.token.expiry.check.interval.ms.
  Housekeeping sweep_expired_tokens(const ControllerRequest& context);

 private:
  DecideContext context_for(const ControllerRequest& request);
  void note_brokers(const MetadataChanges& changes, Offset last_offset);

  ControllerSettings settings_;
  const ConfigSchema& schema_;
  std::function<Uuid()> new_uuid_;
  std::mt19937_64 random_;
  bool is_active_ = false;
  BrokerHeartbeats heartbeats_;
  TokensByHmac tokens_by_hmac_;
  ControllerState state_;
  std::shared_ptr<const ControllerState> committed_;
  // States after each batch that is not committed, with the batch's end offset; oldest first.
  std::deque<std::pair<Offset, std::shared_ptr<const ControllerState>>> uncommitted_;
};

}  // namespace muir::server
