#include <set>
#include <string_view>

#include "server/controller/api_error.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/alter_user_scram_credentials_request.h"
#include "wire/schema/alter_user_scram_credentials_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::AlterUserScramCredentialsRequest;
using Response = wire::AlterUserScramCredentialsResponse;

Response refuse(RequestContext& ctx, const Request& request, const ApiError& error) {
  std::set<std::string_view> users;
  for (const auto& deletion : request.deletions) users.insert(deletion.name);
  for (const auto& upsertion : request.upsertions) users.insert(upsertion.name);
  Response response;
  for (const std::string_view user : users) {
    auto& result = response.results.emplace_back();
    result.user = user;
    result.error_code = error.code;
    result.error_message.reset();
    if (error.message) result.error_message = ctx.keep(*error.message);
  }
  return response;
}

}  // namespace

// AlterUserScramCredentials (API key 51): passwords of users who log in by SCRAM (KIP-554).  Version 0.  The controller
// decides; the request has salted passwords, which are never logged.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (!ctx.may_cluster(auth::Operation::ALTER))
    co_return refuse(ctx, request, ApiError::with_default_message(ErrorCode::CLUSTER_AUTHORIZATION_FAILED));
  auto response = co_await forward<Request, Response>(ctx, &Controller::alter_user_scram_credentials, request);
  if (!response) co_return refuse(ctx, request, ApiError(to_wire(response.error())));
  co_return std::move(*response);
}

}  // namespace muir::server
