#pragma once

#include "server/controller/decide_context.h"
#include "server/controller/decision.h"
#include "wire/schema/alter_user_scram_credentials_request.h"
#include "wire/schema/alter_user_scram_credentials_response.h"

namespace muir::server {

// AlterUserScramCredentials (API key 51): sets and removes the passwords with which users log in by SCRAM (KIP-554).
// Version 0.  A user may stand in a request once; all records are one atomic batch.
Decision<wire::AlterUserScramCredentialsResponse> decide_alter_user_scram_credentials(
    const DecideContext& context, const wire::AlterUserScramCredentialsRequest& request);

}  // namespace muir::server
