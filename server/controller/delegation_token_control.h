#pragma once

#include <cstddef>

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "server/controller/record_batch.h"
#include "server/controller/tokens_by_hmac.h"
#include "wire/schema/create_delegation_token_request.h"
#include "wire/schema/create_delegation_token_response.h"
#include "wire/schema/expire_delegation_token_request.h"
#include "wire/schema/expire_delegation_token_response.h"
#include "wire/schema/renew_delegation_token_request.h"
#include "wire/schema/renew_delegation_token_response.h"

namespace muir::server {

// Delegation tokens (KIP-48): a user who has logged in gets a token that others may log in with in his name, until it
// ends or is taken back.  Each of these is one record.  Who may ask at all, and for whom, the broker has checked.

// CreateDelegationToken (API key 38).  Versions 1-3; for another owner than the requester since 3 (KIP-373).
Decision<wire::CreateDelegationTokenResponse> decide_create_delegation_token(
    const DecideContext& context, const wire::CreateDelegationTokenRequest& request);

// RenewDelegationToken (API key 39): moves the time at which the token ends, never beyond its maximum.  Versions 1-2.
Decision<wire::RenewDelegationTokenResponse> decide_renew_delegation_token(
    const DecideContext& context, TokensByHmac& tokens, const wire::RenewDelegationTokenRequest& request);

// ExpireDelegationToken (API key 40): ends it after a time, or at once.  Versions 1-2.
Decision<wire::ExpireDelegationTokenResponse> decide_expire_delegation_token(
    const DecideContext& context, TokensByHmac& tokens, const wire::ExpireDelegationTokenRequest& request);

// Removes tokens that have ended, so many in a step.
inline constexpr std::size_t kTokensPerSweepMax = 1000;
void sweep_expired_tokens(const DecideContext& context, RecordBatch& records);

}  // namespace muir::server
