#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/create_partitions_request.h"
#include "wire/schema/create_partitions_response.h"

namespace muir::server {

// CreatePartitions (API key 37): more partitions for topics that exist (KIP-195).  Versions 0-3.
Decision<wire::CreatePartitionsResponse> decide_create_partitions(const DecideContext& context,
                                                                  const wire::CreatePartitionsRequest& request);

}  // namespace muir::server
