#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/handlers/token_requests.h"
#include "server/to_wire.h"
#include "wire/schema/renew_delegation_token_request.h"
#include "wire/schema/renew_delegation_token_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::RenewDelegationTokenRequest;
using Response = wire::RenewDelegationTokenResponse;

}  // namespace

// RenewDelegationToken (API key 39): moves the time at which a token ends (KIP-48).  Versions 1-2.  The controller
// decides.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (!may_ask_for_tokens(ctx.session()))
    co_return token_time_refusal<Response>(ErrorCode::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED);
  auto response = co_await forward<Request, Response>(ctx, &Controller::renew_delegation_token, request);
  if (!response) co_return token_time_refusal<Response>(to_wire(response.error()));
  co_return std::move(*response);
}

}  // namespace muir::server
