#pragma once

#include <cstdint>

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/create_topics_request.h"
#include "wire/schema/create_topics_response.h"

namespace muir::server {

inline constexpr std::int64_t kPartitionsPerRequestMax = 10'000;

// CreateTopics (API key 19): new topics with their settings (KIP-4, KIP-464, KIP-525).  Versions 2-7.
// Each topic succeeds or fails by itself, in the order of the request; all records are one atomic batch.
Decision<wire::CreateTopicsResponse> decide_create_topics(const DecideContext& context,
                                                          const wire::CreateTopicsRequest& request);

}  // namespace muir::server
