#include "server/handlers/token_requests.h"

#include "server/handlers/sasl_session.h"

namespace muir::server {

bool may_ask_for_tokens(const Session& session) {
  if (session.sasl != nullptr && session.sasl->identity().is_by_token) return false;
  if (session.security_protocol == SecurityProtocol::PLAINTEXT) return false;
  return session.security_protocol != SecurityProtocol::SSL || session.principal != auth::Principal{};
}

}  // namespace muir::server
