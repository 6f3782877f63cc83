#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/to_wire.h"
#include "wire/schema/delete_topics_request.h"
#include "wire/schema/delete_topics_response.h"

namespace muir::server {
namespace {

// From this version on clients understand THROTTLING_QUOTA_EXCEEDED (KIP-599).
constexpr std::int16_t kStrictQuotaSince = 5;

}  // namespace

// DeleteTopics (API key 20): removes topics by name, or by id since version 6 (KIP-516).  Versions 1-6.  The controller
// decides.
Task<wire::DeleteTopicsResponse> handle(RequestContext& ctx, const wire::DeleteTopicsRequest& request) {
  RequestMutations mutations(ctx, kStrictQuotaSince);
  auto response = co_await forward<wire::DeleteTopicsRequest, wire::DeleteTopicsResponse>(
      ctx, &Controller::delete_topics, request, nullptr, &mutations);
  if (response) co_return std::move(*response);
  wire::DeleteTopicsResponse refusal;
  const auto refuse = [&](std::optional<std::string_view> name, const Uuid& id) {
    auto& topic = refusal.responses.emplace_back();
    topic.name = name;
    topic.topic_id = id;
    topic.error_code = to_wire(response.error());
  };
  for (const auto& topic : request.topics) refuse(topic.name, topic.topic_id);
  for (const std::string_view name : request.topic_names) refuse(name, kZeroUuid);
  co_return refusal;
}

}  // namespace muir::server
