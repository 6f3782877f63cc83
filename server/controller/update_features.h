#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/update_features_request.h"
#include "wire/schema/update_features_response.h"

namespace muir::server {

// UpdateFeatures (API key 57): raises or lowers finalized levels (KIP-584, KIP-1022).  Versions 0-2.  All or nothing.
// kraft.version belongs to the quorum: it can be confirmed here, not changed.
Decision<wire::UpdateFeaturesResponse> decide_update_features(const DecideContext& context,
                                                              const wire::UpdateFeaturesRequest& request);

// What has to be set before ELR may be enabled: a min.insync.replicas for the whole cluster, and none for single
// brokers, so that everybody computes eligibility alike (KIP-966).
void write_elr_safety_records(const DecideContext& context, RecordBatch& records);

}  // namespace muir::server
