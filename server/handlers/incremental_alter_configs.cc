#include "server/controller/alter_configs_screening.h"
#include "server/handlers/broker_settings.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/handlers/logger_levels.h"
#include "server/to_wire.h"
#include "wire/schema/incremental_alter_configs_request.h"
#include "wire/schema/incremental_alter_configs_response.h"

namespace muir::server {
namespace {

using Request = wire::IncrementalAlterConfigsRequest;
using Response = wire::IncrementalAlterConfigsResponse;

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

// Whoever may alter the cluster's settings on a broker's listener; on a controller's it takes CLUSTER_ACTION.
LoggerChange change_loggers(RequestContext& ctx, bool validate_only) {
  return [&ctx, validate_only](const Request::AlterConfigsResource& resource) {
    const bool is_controller = ctx.session().is_controller_listener;
    if (!ctx.may_cluster(is_controller ? auth::Operation::CLUSTER_ACTION : auth::Operation::ALTER_CONFIGS))
      return ApiError(wire::ErrorCode::CLUSTER_AUTHORIZATION_FAILED);
    return alter_loggers(resource, ctx.services().config.node_id, validate_only);
  };
}

// A controller answers for its loggers and decides about the rest without a second look.
Screened<Request> screen_loggers(const Request& request, const LoggerChange& change) {
  Screened<Request> screened;
  screened.remaining.validate_only = request.validate_only;
  for (const auto& resource : request.resources) {
    auto& answer = screened.answers.emplace_back();
    if (config_resource_type_of(resource.resource_type) == ConfigResourceType::BROKER_LOGGER) {
      answer = change(resource);
    } else {
      screened.remaining.resources.push_back(resource);
    }
  }
  return screened;
}

}  // namespace

// IncrementalAlterConfigs (API key 44): changes single settings of topics, brokers, groups and client-metrics
// subscriptions (KIP-339), and levels of loggers (KIP-412).  Versions 0-1.  A broker screens the request, the
// controller decides.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  const LoggerChange change = change_loggers(ctx, request.validate_only);
  std::optional<BrokerConfig> wanted;
  auto screened = ctx.session().is_controller_listener ? screen_loggers(request, change)
                                                       : screen(request, ctx.services().config.node_id,
                                                                check_broker_settings(ctx, false, wanted), change);
  if (wanted) {
    const auto problem = co_await check_tls(ctx, std::move(*wanted));
    if (problem) refuse_own(screened, request, ctx.services().config.node_id, *problem);
  }
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
