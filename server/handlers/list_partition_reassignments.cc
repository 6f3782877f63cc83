#include "server/controller/api_error.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/list_partition_reassignments_request.h"
#include "wire/schema/list_partition_reassignments_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::ListPartitionReassignmentsRequest;
using Response = wire::ListPartitionReassignmentsResponse;

// Kafka repeats what was asked for.
Response refuse(RequestContext& ctx, const Request& request, const ApiError& why) {
  Response response;
  response.error_code = why.code;
  response.error_message.reset();
  if (why.message) response.error_message = ctx.keep(*why.message);
  if (!request.topics) return response;
  for (const auto& asked : *request.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = asked.name;
    for (const auto index : asked.partition_indexes) topic.partitions.emplace_back().partition_index = index;
  }
  return response;
}

}  // namespace

// ListPartitionReassignments (API key 46): which partitions are on their way to other replicas (KIP-455).  Version 0.
// The controller knows.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (!ctx.may_cluster(auth::Operation::DESCRIBE)) {
    co_return refuse(ctx, request, {ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "Request needs DESCRIBE permission."});
  }
  auto response = co_await forward<Request, Response>(ctx, &Controller::list_partition_reassignments, request);
  if (!response) co_return refuse(ctx, request, ApiError::with_default_message(to_wire(response.error())));
  co_return std::move(*response);
}

}  // namespace muir::server
