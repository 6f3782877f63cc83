#pragma once

#include "auth/sasl/scram_exchange.h"
#include "server/handlers/session.h"
#include "wire/base/bytes.h"
#include "wire/base/task.h"

namespace muir::server {

struct Services;

// Where a login by SCRAM finds users, delegation tokens, and what to say of those who are neither.

// Good as long as both last.
auth::ScramLookup scram_lookup(Services& services, const Session& session, auth::ScramMechanism mechanism);

// If `message` is a first message that names a delegation token, lays the token's credential ready for the exchange:
// to make it takes time, and the exchange does not wait.
Task<void> find_token(Services& services, Session& session, ByteView message);

}  // namespace muir::server
