#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/alter_partition_request.h"
#include "wire/schema/alter_partition_response.h"

namespace muir::server {

// AlterPartition (API key 56): a leader proposes a new ISR, which holds once it is committed (KIP-497).  Versions 2-3;
// v3 names each replica's broker epoch, so that one which restarted meanwhile cannot slip in (KIP-903).
Decision<wire::AlterPartitionResponse> decide_alter_partition(const DecideContext& context,
                                                              const wire::AlterPartitionRequest& request);

}  // namespace muir::server
