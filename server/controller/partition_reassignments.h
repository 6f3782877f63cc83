#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/alter_partition_reassignments_request.h"
#include "wire/schema/alter_partition_reassignments_response.h"
#include "wire/schema/list_partition_reassignments_request.h"
#include "wire/schema/list_partition_reassignments_response.h"

namespace muir::server {

// AlterPartitionReassignments (API key 45): gives partitions other replicas, or takes such a change back while it runs
// (KIP-455).  Versions 0-1; v1 can forbid to change the number of replicas (KIP-860).
//
// New replicas join first, as adding_replicas; those that are to go stay until the new ones are in sync.  Where nothing
// has to be copied first, the change is complete at once.
Decision<wire::AlterPartitionReassignmentsResponse> decide_alter_partition_reassignments(
    const DecideContext& context, const wire::AlterPartitionReassignmentsRequest& request);

// ListPartitionReassignments (API key 46): which of these changes are under way.  Version 0.
Decision<wire::ListPartitionReassignmentsResponse> decide_list_partition_reassignments(
    const DecideContext& context, const wire::ListPartitionReassignmentsRequest& request);

}  // namespace muir::server
