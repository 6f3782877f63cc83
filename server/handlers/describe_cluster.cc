#include <algorithm>

#include <fmt/format.h>

#include "server/handlers/handlers.h"
#include "server/handlers/partition_view.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/describe_cluster_request.h"
#include "wire/schema/describe_cluster_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::DescribeClusterResponse;

// What the client believes to be talking to (KIP-919).
constexpr std::int8_t kBrokers = 1;
constexpr std::int8_t kControllers = 2;

std::string_view endpoint_name(std::int8_t type) { return type == kBrokers ? "BROKER" : "CONTROLLER"; }

Response refuse(RequestContext& ctx, ErrorCode error, std::string message) {
  Response response;
  response.error_code = ctx.api_version == 0 ? ErrorCode::INVALID_REQUEST : error;
  response.error_message = ctx.keep(std::move(message));
  return response;
}

void add_node(Response& response, NodeId id, const NodeEndpoint& endpoint, const BrokerRegistration* broker) {
  auto& node = response.brokers.emplace_back();
  node.broker_id = id.value;
  node.host = endpoint.host;
  node.port = endpoint.port;
  if (broker == nullptr) return;
  if (broker->rack) node.rack = *broker->rack;
  node.is_fenced = broker->is_fenced;
}

void describe_brokers(RequestContext& ctx, bool include_fenced, Response& response) {
  const ListenerView view(ctx.image(), ctx.session().listener_name);
  for (const auto& [id, broker] : ctx.image().cluster.brokers()) {
    const NodeEndpoint* endpoint = view.endpoint(id);
    if (endpoint == nullptr || (broker->is_fenced && !include_fenced)) continue;
    add_node(response, id, *endpoint, &*broker);
  }
  response.controller_id = view.any_alive_broker();
}

void describe_controllers(RequestContext& ctx, Response& response) {
  for (const auto& [id, controller] : ctx.image().cluster.controllers()) {
    const auto& listeners = controller->listeners;
    const auto found = std::ranges::find(listeners, ctx.session().listener_name, &NodeEndpoint::name);
    if (found != listeners.end()) add_node(response, id, *found, nullptr);
  }
  response.controller_id = ctx.services().active_controller.load(std::memory_order_relaxed);
}

}  // namespace

// DescribeCluster (API key 60): the nodes of the cluster, as the listener of this connection names them.
// Versions 0-2; controllers since 1 (KIP-919), fenced brokers since 2 (KIP-1073).
Task<Response> handle(RequestContext& ctx, const wire::DescribeClusterRequest& request) {
  const std::int8_t expected = ctx.session().is_controller_listener ? kControllers : kBrokers;
  // Brokers tell everybody; a controller only its operators (KIP-919).
  if (expected == kControllers && !ctx.may_cluster(auth::Operation::ALTER))
    co_return refuse(ctx, ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "Request needs ALTER permission.");
  if (request.endpoint_type != kBrokers && request.endpoint_type != kControllers) {
    co_return refuse(ctx, ErrorCode::UNSUPPORTED_ENDPOINT_TYPE,
                     fmt::format("Unsupported endpoint type {}", request.endpoint_type));
  }
  if (request.endpoint_type != expected) {
    co_return refuse(ctx, ErrorCode::MISMATCHED_ENDPOINT_TYPE,
                     fmt::format("The request was sent to an endpoint of type {}, but we wanted an endpoint of type {}",
                                 endpoint_name(expected), endpoint_name(request.endpoint_type)));
  }
  Response response;
  response.cluster_id = ctx.services().cluster_id;
  response.endpoint_type = expected;
  if (request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations =
        ctx.may_cluster(auth::Operation::DESCRIBE) ? ctx.authorized_operations(auth::kCluster) : 0;
  }
  if (expected == kBrokers) {
    describe_brokers(ctx, request.include_fenced_brokers, response);
  } else {
    describe_controllers(ctx, response);
  }
  const bool knows_controller =
      std::ranges::any_of(response.brokers, [&](const auto& node) { return node.broker_id == response.controller_id; });
  if (!knows_controller) response.controller_id = kNoNode.value;
  co_return response;
}

}  // namespace muir::server
