#include "server/controller/alter_configs_screening.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/incremental_alter_configs_request.h"
#include "wire/schema/incremental_alter_configs_response.h"

namespace muir::server {
namespace {

using Request = wire::IncrementalAlterConfigsRequest;
using Response = wire::IncrementalAlterConfigsResponse;

// What this broker could not put into effect while it runs; stored all the same it would be a promise not kept.
std::optional<ApiError> refuse_settings_of_brokers(const ConfigResource&, const ConfigOperations&) {
  return ApiError(
      wire::ErrorCode::INVALID_REQUEST,
      "Settings of a running broker cannot be changed by this version: change server.properties and restart");
}

// What there is to say when nobody decides.
Response refuse(const Request& request, const Error& error) {
  Response response;
  for (const auto& resource : request.resources) {
    auto& result = response.responses.emplace_back();
    result.resource_type = resource.resource_type;
    result.resource_name = resource.resource_name;
    result.error_code = to_wire(error);
  }
  return response;
}

}  // namespace

// IncrementalAlterConfigs (API key 44): changes single settings of topics, groups and client-metrics subscriptions
// (KIP-339).  Versions 0-1.  This broker screens the request, the controller decides.  Settings of brokers cannot
// change while they run yet: docs/deviations.md.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  const auto screened = screen(request, ctx.services().config.node_id, refuse_settings_of_brokers);
  Response decided;
  if (!screened.remaining.resources.empty()) {
    const auto response =
        co_await forward<Request, Response>(ctx, &Controller::incremental_alter_configs, screened.remaining);
    if (!response) co_return refuse(request, response.error());
    decided = *response;
  }
  const auto texts = std::make_shared<Texts>();
  ctx.keep_alive(texts);
  co_return reassemble(request, screened.answers, decided, *texts);
}

}  // namespace muir::server
