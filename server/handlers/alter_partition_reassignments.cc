#include "server/controller/api_error.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/alter_partition_reassignments_request.h"
#include "wire/schema/alter_partition_reassignments_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::AlterPartitionReassignmentsRequest;
using Response = wire::AlterPartitionReassignmentsResponse;

// Every partition that was asked for gets the error, and the whole as well.
Response refuse(RequestContext& ctx, const Request& request, const ApiError& why) {
  const ErrorCode error = why.code;
  const auto& text = why.message;
  const std::optional<std::string_view> message = text ? std::optional(ctx.keep(*text)) : std::nullopt;
  Response response;
  response.error_code = error;
  response.error_message = message;
  for (const auto& asked : request.topics) {
    auto& topic = response.responses.emplace_back();
    topic.name = asked.name;
    for (const auto& partition : asked.partitions) {
      topic.partitions.push_back(
          {.partition_index = partition.partition_index, .error_code = error, .error_message = message});
    }
  }
  return response;
}

}  // namespace

// AlterPartitionReassignments (API key 45): gives partitions other replicas, or takes that back (KIP-455).  Versions
// 0-1.  The controller decides.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (!ctx.may_cluster(auth::Operation::ALTER)) {
    co_return refuse(ctx, request, {ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "Request needs ALTER permission."});
  }
  auto response = co_await forward<Request, Response>(ctx, &Controller::alter_partition_reassignments, request);
  if (!response) co_return refuse(ctx, request, ApiError::with_default_message(to_wire(response.error())));
  co_return std::move(*response);
}

}  // namespace muir::server
