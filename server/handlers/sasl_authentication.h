#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "auth/sasl/exchange.h"
#include "server/handlers/session.h"
#include "wire/base/bytes.h"
#include "wire/base/task.h"

namespace muir::server {

struct Services;

// The login itself, the same for SaslAuthenticate requests and for bare tokens.

// An exchange of `mechanism`, which the listener has enabled, against the users of this cluster.
std::unique_ptr<auth::SaslExchange> begin_exchange(Services& services, Session& session, std::string_view mechanism);

struct SaslOutcome {
  bool has_failed = false;
  std::string message;    // Of a failure, for the client.
  std::string bytes;      // For the client's mechanism.
  bool has_token = true;  // Otherwise a client that speaks in bare tokens expects none.
  std::int64_t session_lifetime_ms = 0;
};

// Gives the client's token to the exchange.  On success the session speaks for the principal from then on.  On failure
// the session is closed behind the answer, which is held back for connection.failed.authentication.delay.ms, so that
// guessing is slow; the log says who it was and why.
// Only while session.sasl expects a token.  `token` outlives the task.
Task<SaslOutcome> authenticate(Services& services, Session& session, ByteView token);

// The same delay for a failure that has nothing to do with a token; the session is closed behind the answer.
Task<void> fail_authentication(Session& session, std::string reason);

}  // namespace muir::server
