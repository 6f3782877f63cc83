#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/assign_replicas_to_dirs_request.h"
#include "wire/schema/assign_replicas_to_dirs_response.h"

namespace muir::server {

// AssignReplicasToDirs (API key 73): a broker tells in which log directory its replicas lie (KIP-858).  Version 0.
Decision<wire::AssignReplicasToDirsResponse> decide_assign_replicas_to_dirs(
    const DecideContext& context, const wire::AssignReplicasToDirsRequest& request);

}  // namespace muir::server
