#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/elect_leaders_request.h"
#include "wire/schema/elect_leaders_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::ElectLeadersRequest;
using Response = wire::ElectLeadersResponse;

// Every partition that was asked for gets the error, and the whole as well.
Response refuse(const Request& request, ErrorCode error, std::string_view message = "") {
  Response response;
  response.error_code = error;
  if (!request.topic_partitions) return response;
  for (const auto& asked : *request.topic_partitions) {
    auto& topic = response.replica_election_results.emplace_back();
    topic.topic = asked.topic;
    for (const std::int32_t index : asked.partitions)
      topic.partition_result.push_back({.partition_id = index, .error_code = error, .error_message = message});
  }
  return response;
}

}  // namespace

// ElectLeaders (API key 43): preferred and unclean elections that an operator asks for (KIP-460).  Versions 0-2.  The
// controller decides.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (!ctx.may_cluster(auth::Operation::ALTER))
    co_return refuse(request, ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "Request needs ALTER permission.");
  auto response = co_await forward<Request, Response>(ctx, &Controller::elect_leaders, request);
  if (!response) co_return refuse(request, to_wire(response.error()));
  if (ctx.api_version == 0) response->error_code = ErrorCode::NONE;  // There is no place for it.
  co_return std::move(*response);
}

}  // namespace muir::server
