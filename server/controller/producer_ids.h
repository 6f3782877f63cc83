#pragma once

#include <cstdint>

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/allocate_producer_ids_request.h"
#include "wire/schema/allocate_producer_ids_response.h"

namespace muir::server {

inline constexpr std::int32_t kProducerIdBlockSize = 1000;

// AllocateProducerIds (API key 67): the next block of producer ids for a broker (KIP-730).  Version 0.  A block is
// never handed out twice, since its end is in the log before anybody hears of it.
Decision<wire::AllocateProducerIdsResponse> decide_allocate_producer_ids(
    const DecideContext& context, const wire::AllocateProducerIdsRequest& request);

}  // namespace muir::server
