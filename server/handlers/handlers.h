#pragma once

#include "server/handlers/api_table.h"
#include "server/handlers/request_context.h"
#include "wire/base/task.h"

// One `handle` an API, each in the file of its name; api_table.cc binds them to their keys.
#define MUIR_HANDLER(Name)                                                                    \
  namespace muir::wire {                                                                      \
  struct Name##Request;                                                                       \
  struct Name##Response;                                                                      \
  }                                                                                           \
  namespace muir::server {                                                                    \
  Task<wire::Name##Response> handle(RequestContext& ctx, const wire::Name##Request& request); \
  }

MUIR_HANDLER(AlterClientQuotas)
MUIR_HANDLER(AlterConfigs)
MUIR_HANDLER(AlterClientQuotas)
MUIR_HANDLER(AlterConfigs)
MUIR_HANDLER(AlterPartitionReassignments)
MUIR_HANDLER(AlterReplicaLogDirs)
MUIR_HANDLER(AlterUserScramCredentials)
MUIR_HANDLER(ApiVersions)
MUIR_HANDLER(CreateAcls)
MUIR_HANDLER(CreateDelegationToken)
MUIR_HANDLER(CreatePartitions)
MUIR_HANDLER(CreateTopics)
MUIR_HANDLER(DeleteAcls)
MUIR_HANDLER(DeleteGroups)
MUIR_HANDLER(DeleteRecords)
MUIR_HANDLER(DeleteTopics)
MUIR_HANDLER(DescribeAcls)
MUIR_HANDLER(DescribeClientQuotas)
MUIR_HANDLER(DescribeCluster)
MUIR_HANDLER(DescribeConfigs)
MUIR_HANDLER(DescribeDelegationToken)
MUIR_HANDLER(DescribeGroups)
MUIR_HANDLER(DescribeLogDirs)
MUIR_HANDLER(DescribeProducers)
MUIR_HANDLER(DescribeQuorum)
MUIR_HANDLER(DescribeTopicPartitions)
MUIR_HANDLER(DescribeUserScramCredentials)
MUIR_HANDLER(ElectLeaders)
MUIR_HANDLER(ExpireDelegationToken)
MUIR_HANDLER(Fetch)
MUIR_HANDLER(FindCoordinator)
MUIR_HANDLER(Heartbeat)
MUIR_HANDLER(IncrementalAlterConfigs)
MUIR_HANDLER(InitProducerId)
MUIR_HANDLER(JoinGroup)
MUIR_HANDLER(LeaveGroup)
MUIR_HANDLER(ListConfigResources)
MUIR_HANDLER(ListGroups)
MUIR_HANDLER(ListOffsets)
MUIR_HANDLER(ListPartitionReassignments)
MUIR_HANDLER(Metadata)
MUIR_HANDLER(OffsetCommit)
MUIR_HANDLER(OffsetDelete)
MUIR_HANDLER(OffsetFetch)
MUIR_HANDLER(OffsetForLeaderEpoch)
MUIR_HANDLER(RenewDelegationToken)
MUIR_HANDLER(SaslAuthenticate)
MUIR_HANDLER(SaslHandshake)
MUIR_HANDLER(SyncGroup)
MUIR_HANDLER(UpdateFeatures)

#undef MUIR_HANDLER
