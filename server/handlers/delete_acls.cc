#include "server/handlers/acl_requests.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/delete_acls_request.h"
#include "wire/schema/delete_acls_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DeleteAclsRequest;
using Response = wire::DeleteAclsResponse;

Response refuse(const Request& request, ErrorCode error, std::optional<std::string_view> message) {
  Response response;
  response.filter_results.resize(request.filters.size());
  for (auto& result : response.filter_results) {
    result.error_code = error;
    result.error_message = message;
  }
  return response;
}

}  // namespace

// DeleteAcls (API key 31): removes the access control entries that its filters match.  Versions 1-3.  The controller
// decides.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (const auto refusal = refusal_to_change_acls(ctx)) co_return refuse(request, refusal->error, refusal->message);
  auto response = co_await forward<Request, Response>(ctx, &Controller::delete_acls, request);
  if (!response) co_return refuse(request, to_wire(response.error()), std::nullopt);
  co_return std::move(*response);
}

}  // namespace muir::server
