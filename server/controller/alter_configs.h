#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/alter_configs_request.h"
#include "wire/schema/alter_configs_response.h"
#include "wire/schema/incremental_alter_configs_request.h"
#include "wire/schema/incremental_alter_configs_response.h"

namespace muir::server {

// IncrementalAlterConfigs (API key 44): sets, deletes, appends and subtracts single settings (KIP-339).  Versions 0-1.
// Each resource changes as a whole or not at all; all records are one atomic batch.
Decision<wire::IncrementalAlterConfigsResponse> decide_incremental_alter_configs(
    const DecideContext& context, const wire::IncrementalAlterConfigsRequest& request);

// AlterConfigs (API key 33): replaces all settings of a resource.  Versions 0-2.
Decision<wire::AlterConfigsResponse> decide_alter_configs(const DecideContext& context,
                                                          const wire::AlterConfigsRequest& request);

}  // namespace muir::server
