#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/create_topics_request.h"
#include "wire/schema/create_topics_response.h"

namespace muir::server {
namespace {

// From this version on clients understand THROTTLING_QUOTA_EXCEEDED (KIP-599).
constexpr std::int16_t kStrictQuotaSince = 6;

}  // namespace

// CreateTopics (API key 19): new topics with their settings.  Versions 2-7.  The controller decides.
Task<wire::CreateTopicsResponse> handle(RequestContext& ctx, const wire::CreateTopicsRequest& request) {
  RequestMutations mutations(ctx, kStrictQuotaSince);
  auto response = co_await forward<wire::CreateTopicsRequest, wire::CreateTopicsResponse>(
      ctx, &Controller::create_topics, request, nullptr, &mutations);
  if (response) co_return std::move(*response);
  wire::CreateTopicsResponse refusal;
  for (const auto& asked : request.topics) {
    auto& topic = refusal.topics.emplace_back();
    topic.name = asked.name;
    topic.error_code = to_wire(response.error());
  }
  co_return refusal;
}

}  // namespace muir::server
