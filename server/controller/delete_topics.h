#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/delete_topics_request.h"
#include "wire/schema/delete_topics_response.h"

namespace muir::server {

// DeleteTopics (API key 20): by name, and by id since v6 (KIP-516).  Versions 1-6.
// Kafka shuffles its answers, so that their order tells nothing about topics one may not see; ours are those refused
// for what the request says, then ids, then names, whether the topics exist or not.
Decision<wire::DeleteTopicsResponse> decide_delete_topics(const DecideContext& context,
                                                          const wire::DeleteTopicsRequest& request);

}  // namespace muir::server
