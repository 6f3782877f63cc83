#include <algorithm>
#include <string>

#include "server/handlers/handlers.h"
#include "server/handlers/partition_view.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/list_config_resources_request.h"
#include "wire/schema/list_config_resources_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::ListConfigResourcesResponse;
using Types = std::vector<ConfigResourceType>;

// Version 0 listed client-metrics subscriptions only, under the name ListClientMetricsResources.
Types listed_types(std::int16_t version) {
  using enum ConfigResourceType;
  if (version == 0) return {CLIENT_METRICS};
  return {GROUP, CLIENT_METRICS, BROKER_LOGGER, BROKER, TOPIC};
}

void add(Response& response, ConfigResourceType type, std::string_view name) {
  response.config_resources.push_back({.resource_name = name, .resource_type = static_cast<std::int8_t>(type)});
}

// Groups and subscriptions are there because they have settings.
void add_configured(RequestContext& ctx, ConfigResourceType type, Response& response) {
  for (const auto& [resource, configs] : ctx.image().configs.all())
    if (resource.type == type) add(response, type, resource.name);
}

void add_brokers(RequestContext& ctx, ConfigResourceType type, Response& response) {
  const ListenerView view(ctx.image(), ctx.session().listener_name);
  for (const auto& [id, broker] : ctx.image().cluster.brokers())
    if (view.alive_endpoint(id) != nullptr) add(response, type, ctx.keep(std::to_string(id.value)));
}

void add_all(RequestContext& ctx, ConfigResourceType type, Response& response) {
  switch (type) {
    case ConfigResourceType::BROKER:
    case ConfigResourceType::BROKER_LOGGER:
      return add_brokers(ctx, type, response);
    case ConfigResourceType::TOPIC:
      for (const auto& [name, id] : ctx.image().topics.ids_by_name())
        add(response, type, ctx.keep(std::string(ctx.tenant().to_client(name.view()))));
      return;
    default:
      return add_configured(ctx, type, response);
  }
}

}  // namespace

// ListConfigResources (API key 74): what there is to be configured (KIP-1142).  Versions 0-1.
Task<Response> handle(RequestContext& ctx, const wire::ListConfigResourcesRequest& request) {
  Response response;
  if (!ctx.may_cluster(auth::Operation::DESCRIBE_CONFIGS)) {
    response.error_code = ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
    co_return response;
  }
  const Types all = listed_types(ctx.api_version);
  Types wanted = all;
  if (!request.resource_types.empty()) {
    wanted.clear();
    for (const std::int8_t type : request.resource_types) wanted.push_back(static_cast<ConfigResourceType>(type));
  }
  for (const ConfigResourceType type : wanted) {
    if (std::ranges::find(all, type) != all.end()) continue;
    response.error_code = ErrorCode::UNSUPPORTED_VERSION;
    co_return response;
  }
  for (const ConfigResourceType type : all)
    if (std::ranges::find(wanted, type) != wanted.end()) add_all(ctx, type, response);
  co_return response;
}

}  // namespace muir::server
