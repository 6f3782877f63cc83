#include "server/handlers/api_table.h"

#include <algorithm>
#include <array>

#include "server/handlers/handlers.h"
#include "server/handlers/produce.h"
#include "server/handlers/serve.h"
#include "wire/schema/alter_client_quotas_request.h"
#include "wire/schema/alter_client_quotas_response.h"
#include "wire/schema/alter_configs_request.h"
#include "wire/schema/alter_configs_response.h"
#include "wire/schema/alter_partition_reassignments_request.h"
#include "wire/schema/alter_partition_reassignments_response.h"
#include "wire/schema/alter_replica_log_dirs_request.h"
#include "wire/schema/alter_replica_log_dirs_response.h"
#include "wire/schema/alter_user_scram_credentials_request.h"
#include "wire/schema/alter_user_scram_credentials_response.h"
#include "wire/schema/api_versions_request.h"
#include "wire/schema/api_versions_response.h"
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
#include "wire/schema/delete_groups_request.h"
#include "wire/schema/delete_groups_response.h"
#include "wire/schema/delete_records_request.h"
#include "wire/schema/delete_records_response.h"
#include "wire/schema/delete_topics_request.h"
#include "wire/schema/delete_topics_response.h"
#include "wire/schema/describe_acls_request.h"
#include "wire/schema/describe_acls_response.h"
#include "wire/schema/describe_client_quotas_request.h"
#include "wire/schema/describe_client_quotas_response.h"
#include "wire/schema/describe_cluster_request.h"
#include "wire/schema/describe_cluster_response.h"
#include "wire/schema/describe_configs_request.h"
#include "wire/schema/describe_configs_response.h"
#include "wire/schema/describe_delegation_token_request.h"
#include "wire/schema/describe_delegation_token_response.h"
#include "wire/schema/describe_groups_request.h"
#include "wire/schema/describe_groups_response.h"
#include "wire/schema/describe_log_dirs_request.h"
#include "wire/schema/describe_log_dirs_response.h"
#include "wire/schema/describe_producers_request.h"
#include "wire/schema/describe_producers_response.h"
#include "wire/schema/describe_quorum_request.h"
#include "wire/schema/describe_quorum_response.h"
#include "wire/schema/describe_topic_partitions_request.h"
#include "wire/schema/describe_topic_partitions_response.h"
#include "wire/schema/describe_user_scram_credentials_request.h"
#include "wire/schema/describe_user_scram_credentials_response.h"
#include "wire/schema/elect_leaders_request.h"
#include "wire/schema/elect_leaders_response.h"
#include "wire/schema/expire_delegation_token_request.h"
#include "wire/schema/expire_delegation_token_response.h"
#include "wire/schema/fetch_request.h"
#include "wire/schema/fetch_response.h"
#include "wire/schema/find_coordinator_request.h"
#include "wire/schema/find_coordinator_response.h"
#include "wire/schema/heartbeat_request.h"
#include "wire/schema/heartbeat_response.h"
#include "wire/schema/incremental_alter_configs_request.h"
#include "wire/schema/incremental_alter_configs_response.h"
#include "wire/schema/init_producer_id_request.h"
#include "wire/schema/init_producer_id_response.h"
#include "wire/schema/join_group_request.h"
#include "wire/schema/join_group_response.h"
#include "wire/schema/leave_group_request.h"
#include "wire/schema/leave_group_response.h"
#include "wire/schema/list_config_resources_request.h"
#include "wire/schema/list_config_resources_response.h"
#include "wire/schema/list_groups_request.h"
#include "wire/schema/list_groups_response.h"
#include "wire/schema/list_offsets_request.h"
#include "wire/schema/list_offsets_response.h"
#include "wire/schema/list_partition_reassignments_request.h"
#include "wire/schema/list_partition_reassignments_response.h"
#include "wire/schema/metadata_request.h"
#include "wire/schema/metadata_response.h"
#include "wire/schema/offset_commit_request.h"
#include "wire/schema/offset_commit_response.h"
#include "wire/schema/offset_delete_request.h"
#include "wire/schema/offset_delete_response.h"
#include "wire/schema/offset_fetch_request.h"
#include "wire/schema/offset_fetch_response.h"
#include "wire/schema/offset_for_leader_epoch_request.h"
#include "wire/schema/offset_for_leader_epoch_response.h"
#include "wire/schema/produce_request.h"
#include "wire/schema/produce_response.h"
#include "wire/schema/renew_delegation_token_request.h"
#include "wire/schema/renew_delegation_token_response.h"
#include "wire/schema/sasl_authenticate_request.h"
#include "wire/schema/sasl_authenticate_response.h"
#include "wire/schema/sasl_handshake_request.h"
#include "wire/schema/sasl_handshake_response.h"
#include "wire/schema/sync_group_request.h"
#include "wire/schema/sync_group_response.h"
#include "wire/schema/update_features_request.h"
#include "wire/schema/update_features_response.h"

namespace muir::server {
namespace {

enum Where { kBroker, kController, kBoth };

template <class Request, class Response>
constexpr Api api(Where where, wire::VersionRange versions = Request::kVersions) {
  return {.key = Request::kApiKey,
          .version_min = versions.min,
          .version_max = versions.max,
          .on_broker = where != kController,
          .on_controller = where != kBroker,
          .may_overlap = false,
          .before_authentication = false,
          .begin = begin<Request, Response>};
}

constexpr Api api_versions() {
  Api api = server::api<wire::ApiVersionsRequest, wire::ApiVersionsResponse>(kBoth);
  api.before_authentication = true;
  api.begin = begin_api_versions;
  return api;
}

template <class Request, class Response>
constexpr Api login() {
  Api api = server::api<Request, Response>(kBoth);
  api.before_authentication = true;
  return api;
}

constexpr Api produce() {
  return {.key = wire::ApiKey::PRODUCE,
          .version_min = wire::ProduceRequest::kVersions.min,
          .version_max = wire::ProduceRequest::kVersions.max,
          .on_broker = true,
          .on_controller = false,
          .may_overlap = true,
          .before_authentication = false,
          .begin = begin_produce};
}

// Version 6 is not stable yet (KIP-939).
constexpr std::int16_t kInitProducerIdStable = 5;

#define MUIR_API(Name, where) api<wire::Name##Request, wire::Name##Response>(where)

constexpr std::array kApis{
    produce(),
    MUIR_API(Fetch, kBroker),
    MUIR_API(ListOffsets, kBroker),
    MUIR_API(Metadata, kBroker),
    MUIR_API(OffsetCommit, kBroker),
    MUIR_API(OffsetFetch, kBroker),
    MUIR_API(FindCoordinator, kBroker),
    MUIR_API(JoinGroup, kBroker),
    MUIR_API(Heartbeat, kBroker),
    MUIR_API(LeaveGroup, kBroker),
    MUIR_API(SyncGroup, kBroker),
    MUIR_API(DescribeGroups, kBroker),
    MUIR_API(ListGroups, kBroker),
    login<wire::SaslHandshakeRequest, wire::SaslHandshakeResponse>(),
    api_versions(),
    MUIR_API(CreateTopics, kBoth),
    MUIR_API(DeleteTopics, kBoth),
    MUIR_API(DeleteRecords, kBroker),
    api<wire::InitProducerIdRequest, wire::InitProducerIdResponse>(kBroker, {0, kInitProducerIdStable}),
    MUIR_API(OffsetForLeaderEpoch, kBroker),
    MUIR_API(DescribeAcls, kBoth),
    MUIR_API(CreateAcls, kBoth),
    MUIR_API(DeleteAcls, kBoth),
    MUIR_API(DescribeConfigs, kBoth),
    MUIR_API(AlterConfigs, kBoth),
    MUIR_API(AlterReplicaLogDirs, kBroker),
    MUIR_API(DescribeLogDirs, kBroker),
    login<wire::SaslAuthenticateRequest, wire::SaslAuthenticateResponse>(),
    MUIR_API(CreatePartitions, kBoth),
    MUIR_API(CreateDelegationToken, kBoth),
    MUIR_API(RenewDelegationToken, kBoth),
    MUIR_API(ExpireDelegationToken, kBoth),
    MUIR_API(DescribeDelegationToken, kBoth),
    MUIR_API(DeleteGroups, kBroker),
    MUIR_API(ElectLeaders, kBoth),
    MUIR_API(IncrementalAlterConfigs, kBoth),
    MUIR_API(AlterPartitionReassignments, kBoth),
    MUIR_API(ListPartitionReassignments, kBoth),
    MUIR_API(OffsetDelete, kBroker),
    MUIR_API(DescribeClientQuotas, kBroker),
    MUIR_API(AlterClientQuotas, kBoth),
    MUIR_API(DescribeUserScramCredentials, kBoth),
    MUIR_API(AlterUserScramCredentials, kBoth),
    MUIR_API(DescribeQuorum, kBoth),
    MUIR_API(UpdateFeatures, kBoth),
    MUIR_API(DescribeCluster, kBoth),
    MUIR_API(DescribeProducers, kBroker),
    MUIR_API(ListConfigResources, kBroker),
    MUIR_API(DescribeTopicPartitions, kBroker),
};

static_assert(std::ranges::is_sorted(kApis, {}, &Api::key));

}  // namespace

std::span<const Api> api_table() { return kApis; }

const Api* find_api(std::int16_t key) {
  const auto found = std::ranges::lower_bound(kApis, static_cast<wire::ApiKey>(key), {}, &Api::key);
  return found != kApis.end() && found->key == static_cast<wire::ApiKey>(key) ? &*found : nullptr;
}

}  // namespace muir::server
