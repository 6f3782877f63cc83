#include <algorithm>
#include <string>

#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/handlers/token_requests.h"
#include "server/to_wire.h"
#include "wire/schema/create_delegation_token_request.h"
#include "wire/schema/create_delegation_token_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::CreateDelegationTokenRequest;
using Response = wire::CreateDelegationTokenResponse;

bool names_owner(const Request& request) {
  return request.owner_principal_name && !request.owner_principal_name->empty();
}

auth::Principal owner_of(const Request& request, const auth::Principal& requester) {
  if (!names_owner(request)) return requester;
  return {std::string(request.owner_principal_type.value_or("")), std::string(*request.owner_principal_name)};
}

Response refuse(RequestContext& ctx, ErrorCode error, const auth::Principal& owner, const auth::Principal& requester) {
  Response response;
  response.error_code = error;
  response.principal_type = ctx.keep(owner.type);
  response.principal_name = ctx.keep(owner.name);
  if (ctx.api_version >= kSaysRequester) {
    response.token_requester_principal_type = ctx.keep(requester.type);
    response.token_requester_principal_name = ctx.keep(requester.name);
  }
  response.issue_timestamp_ms = response.expiry_timestamp_ms = response.max_timestamp_ms = kNoTokenTime;
  return response;
}

ErrorCode refusal_of(RequestContext& ctx, const Request& request, const auth::Principal& owner) {
  const Session& session = ctx.session();
  if (!may_ask_for_tokens(session)) return ErrorCode::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED;
  if (owner != session.principal &&
      !ctx.may(auth::Operation::CREATE_TOKENS, {auth::ResourceType::USER, owner.to_string()}))
    return ErrorCode::DELEGATION_TOKEN_AUTHORIZATION_FAILED;
  if (session.is_controller_listener) return ErrorCode::NONE;  // The controller looks at the renewers itself.
  const bool are_users =
      std::ranges::all_of(request.renewers, [](const auto& renewer) { return renewer.principal_type == "User"; });
  return are_users ? ErrorCode::NONE : ErrorCode::INVALID_PRINCIPAL_TYPE;
}

}  // namespace

// CreateDelegationToken (API key 38): a token to log in with in the requester's name, or in another's (KIP-373).
// Versions 1-3.  The controller makes it; its HMAC is in the answer and never in a log.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  const auth::Principal requester = ctx.session().principal;
  // Where Kafka trips over a null.
  if (names_owner(request) && !request.owner_principal_type)
    co_return refuse(ctx, ErrorCode::UNKNOWN_SERVER_ERROR, {}, {});
  const auth::Principal owner = owner_of(request, requester);
  const ErrorCode refusal = refusal_of(ctx, request, owner);
  if (refusal != ErrorCode::NONE) co_return refuse(ctx, refusal, owner, requester);
  auto response = co_await forward<Request, Response>(ctx, &Controller::create_delegation_token, request);
  if (!response) co_return refuse(ctx, to_wire(response.error()), owner, requester);
  co_return std::move(*response);
}

}  // namespace muir::server
