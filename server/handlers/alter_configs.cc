#include "server/controller/alter_configs_screening.h"
#include "server/handlers/broker_settings.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/alter_configs_request.h"
#include "wire/schema/alter_configs_response.h"

namespace muir::server {
namespace {

using Request = wire::AlterConfigsRequest;
using Response = wire::AlterConfigsResponse;

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

// AlterConfigs (API key 33): replaces all dynamic settings of topics, brokers, groups and client-metrics subscriptions.
// Versions 0-2; IncrementalAlterConfigs is what to use since KIP-339.  A broker screens the request, the controller
// decides; who asks the controller's listener asks the controller alone.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (ctx.session().is_controller_listener) {
    auto decided = co_await forward<Request, Response>(ctx, &Controller::alter_configs, request);
    if (!decided) co_return refuse(request, decided.error());
    co_return std::move(*decided);
  }
  std::optional<BrokerConfig> wanted;
  auto screened = screen(request, ctx.services().config.node_id, check_broker_settings(ctx, true, wanted));
  if (wanted) {
    const auto problem = co_await check_tls(ctx, std::move(*wanted));
    if (problem) refuse_own(screened, request, ctx.services().config.node_id, *problem);
  }
  Response decided;
  if (!screened.remaining.resources.empty()) {
    const auto response = co_await forward<Request, Response>(ctx, &Controller::alter_configs, screened.remaining);
    if (!response) co_return refuse(request, response.error());
    decided = *response;
  }
  const auto texts = std::make_shared<Texts>();
  ctx.keep_alive(texts);
  co_return reassemble(request, screened.answers, decided, *texts);
}

}  // namespace muir::server
