#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/elect_leaders_request.h"
#include "wire/schema/elect_leaders_response.h"

namespace muir::server {

// How many elections one balancing step may cause; more wait for the next step.
inline constexpr std::size_t kElectionsPerStepMax = 1000;

// ElectLeaders (API key 43): preferred and unclean elections that an operator asks for (KIP-460).  Versions 0-2.
Decision<wire::ElectLeadersResponse> decide_elect_leaders(const DecideContext& context,
                                                          const wire::ElectLeadersRequest& request);

// Gives leadership back to preferred replicas that are able to lead again (auto.leader.rebalance.enable).  Adds at most
// kElectionsPerStepMax records; at that many there may be more to do.
void balance_leaders(const DecideContext& context, RecordBatch& records);

// Elects a leader for partitions without one where the topic prefers losing records to being offline.
void elect_unclean_leaders(const DecideContext& context, RecordBatch& records);

}  // namespace muir::server
