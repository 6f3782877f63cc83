#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/create_partitions_request.h"
#include "wire/schema/create_partitions_response.h"

namespace muir::server {
namespace {

// From this version on clients understand THROTTLING_QUOTA_EXCEEDED (KIP-599).
constexpr std::int16_t kStrictQuotaSince = 3;

}  // namespace

// CreatePartitions (API key 37): more partitions for topics (KIP-195).  Versions 0-3.  The controller decides.
Task<wire::CreatePartitionsResponse> handle(RequestContext& ctx, const wire::CreatePartitionsRequest& request) {
  RequestMutations mutations(ctx, kStrictQuotaSince);
  auto response = co_await forward<wire::CreatePartitionsRequest, wire::CreatePartitionsResponse>(
      ctx, &Controller::create_partitions, request, nullptr, &mutations);
  if (response) co_return std::move(*response);
  wire::CreatePartitionsResponse refusal;
  for (const auto& asked : request.topics) {
    auto& topic = refusal.results.emplace_back();
    topic.name = asked.name;
    topic.error_code = to_wire(response.error());
  }
  co_return refusal;
}

}  // namespace muir::server
