#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/alter_client_quotas_request.h"
#include "wire/schema/alter_client_quotas_response.h"

namespace muir::server {

// AlterClientQuotas (API key 49): sets and removes quotas of users, client ids and addresses (KIP-546).  Versions 0-1.
// Each entity changes as a whole or not at all; all records are one atomic batch.
Decision<wire::AlterClientQuotasResponse> decide_alter_client_quotas(const DecideContext& context,
                                                                     const wire::AlterClientQuotasRequest& request);

}  // namespace muir::server
