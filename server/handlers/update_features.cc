#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/update_features_request.h"
#include "wire/schema/update_features_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::UpdateFeaturesResponse;

Response refuse(ErrorCode error, std::optional<std::string_view> message = std::nullopt) {
  Response response;
  response.error_code = error;
  response.error_message = message;
  return response;
}

}  // namespace

// UpdateFeatures (API key 57): finalizes levels of features such as metadata.version (KIP-584).  Versions 0-2: what to
// do and whether to only try since 1, a result a feature until 1.  The controller decides.
Task<Response> handle(RequestContext& ctx, const wire::UpdateFeaturesRequest& request) {
  if (!ctx.may_cluster(auth::Operation::ALTER))
    co_return refuse(ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "Request needs ALTER permission.");
  auto response = co_await forward<wire::UpdateFeaturesRequest, Response>(ctx, &Controller::update_features, request);
  if (!response) co_return refuse(to_wire(response.error()));
  co_return std::move(*response);
}

}  // namespace muir::server
