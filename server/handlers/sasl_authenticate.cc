#include "server/handlers/handlers.h"
#include "server/handlers/sasl_authentication.h"
#include "server/handlers/sasl_session.h"
#include "server/handlers/services.h"
#include "wire/schema/sasl_authenticate_request.h"
#include "wire/schema/sasl_authenticate_response.h"

namespace muir::server {

using wire::ErrorCode;

// SaslAuthenticate (API key 36): one message of the mechanism that SaslHandshake has chosen, and the answer to it
// (KIP-152).  Versions 0-2; since 1 the answer says how long the session lasts (KIP-368).
Task<wire::SaslAuthenticateResponse> handle(RequestContext& ctx, const wire::SaslAuthenticateRequest& request) {
  wire::SaslAuthenticateResponse response;
  Session& session = ctx.session();
  if (session.sasl == nullptr || !session.sasl->expects_token()) {
    response.error_code = ErrorCode::ILLEGAL_SASL_STATE;
    response.error_message = "SaslAuthenticate request received after successful authentication";
    co_return response;
  }
  SaslOutcome outcome = co_await authenticate(ctx.services(), session, request.auth_bytes);
  if (outcome.has_failed) {
    response.error_code = ErrorCode::SASL_AUTHENTICATION_FAILED;
    response.error_message = ctx.keep(std::move(outcome.message));
    co_return response;
  }
  response.auth_bytes = as_bytes(ctx.keep(std::move(outcome.bytes)));
  response.session_lifetime_ms = outcome.session_lifetime_ms;
  co_return response;
}

}  // namespace muir::server
