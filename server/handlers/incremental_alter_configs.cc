#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/incremental_alter_configs_request.h"
#include "wire/schema/incremental_alter_configs_response.h"

namespace muir::server {
namespace {

using Request = wire::IncrementalAlterConfigsRequest;
using Response = wire::IncrementalAlterConfigsResponse;

void answer(Response& response, const Request::AlterConfigsResource& resource, wire::ErrorCode code,
            std::optional<std::string_view> message) {
  auto& result = response.responses.emplace_back();
  result.resource_type = resource.resource_type;
  result.resource_name = resource.resource_name;
  result.error_code = code;
  result.error_message = message;
}

// What this broker could not put into effect while it runs; stored all the same it would be a promise not kept.
bool is_of_broker(const Request::AlterConfigsResource& resource) {
  const auto type = static_cast<ConfigResourceType>(resource.resource_type);
  return type == ConfigResourceType::BROKER || type == ConfigResourceType::BROKER_LOGGER;
}

}  // namespace

// IncrementalAlterConfigs (API key 44): changes single settings of topics, groups and client-metrics subscriptions
// (KIP-339).  Versions 0-1.  The controller decides.  Settings of brokers cannot change while they run yet:
// docs/deviations.md.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  Response refused;
  Request allowed = request;
  std::erase_if(allowed.resources, [&](const auto& resource) {
    if (!is_of_broker(resource)) return false;
    const bool may = ctx.may_cluster(auth::Operation::ALTER_CONFIGS);
    answer(refused, resource, may ? wire::ErrorCode::INVALID_REQUEST : wire::ErrorCode::CLUSTER_AUTHORIZATION_FAILED,
           may ? "Settings of a running broker cannot be changed by this version: change server.properties and restart"
               : "Cluster authorization failed.");
    return true;
  });
  if (allowed.resources.empty()) co_return refused;
  auto response = co_await forward<Request, Response>(ctx, &Controller::incremental_alter_configs, allowed);
  if (!response) {
    for (const auto& resource : allowed.resources) answer(refused, resource, to_wire(response.error()), std::nullopt);
    co_return refused;
  }
  response->responses.insert(response->responses.end(), refused.responses.begin(), refused.responses.end());
  co_return std::move(*response);
}

}  // namespace muir::server
