#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/handlers/token_requests.h"
#include "server/to_wire.h"
#include "wire/schema/expire_delegation_token_request.h"
#include "wire/schema/expire_delegation_token_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::ExpireDelegationTokenRequest;
using Response = wire::ExpireDelegationTokenResponse;

}  // namespace

// ExpireDelegationToken (API key 40): ends a token, after a time or at once (KIP-48).  Versions 1-2.  The controller
// decides.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (!may_ask_for_tokens(ctx.session()))
    co_return token_time_refusal<Response>(ErrorCode::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED);
  auto response = co_await forward<Request, Response>(ctx, &Controller::expire_delegation_token, request);
  if (!response) co_return token_time_refusal<Response>(to_wire(response.error()));
  co_return std::move(*response);
}

}  // namespace muir::server
