#include "server/coordinator/group_coordinator.h"
#include "server/handlers/auto_topic_creation.h"
#include "server/handlers/handlers.h"
#include "server/handlers/partition_view.h"
#include "server/handlers/services.h"
#include "wire/schema/find_coordinator_request.h"
#include "wire/schema/find_coordinator_response.h"

namespace muir::server {
namespace {

using auth::Operation;
using wire::ErrorCode;
using Response = wire::FindCoordinatorResponse;

// FindCoordinatorRequest.key_type.
constexpr std::int8_t kGroup = 0;
constexpr std::int8_t kTransaction = 1;
constexpr std::int8_t kShare = 2;

constexpr std::int16_t kFirstBatched = 4;  // KIP-699.
constexpr std::int16_t kFirstWithShare = 6;

// Versions 1 to 3 say in words what the code means.
std::string_view message_of(ErrorCode error) {
  switch (error) {
    case ErrorCode::NONE:
      return "NONE";
    case ErrorCode::GROUP_AUTHORIZATION_FAILED:
      return "Group authorization failed.";
    case ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return "The transactional id used by producer is not authorized to produce messages. Explicitly grant "
             "permissions "
             "for this operation.";
    case ErrorCode::COORDINATOR_NOT_AVAILABLE:
      return "The coordinator is not available.";
    case ErrorCode::INVALID_REQUEST:
      return "This most likely occurs because of a request being malformed by the client library or the message was "
             "sent to an incompatible broker. See the broker logs for more details.";
    default:
      return "The server experienced an unexpected error when processing the request.";
  }
}

struct Found {
  ErrorCode error = ErrorCode::NONE;
  std::int32_t node_id = -1;
  std::string_view host;
  std::int32_t port = -1;
};

Task<Found> find_group(RequestContext& ctx, std::string_view key) {
  const StoredGroupView group = ctx.tenant().to_stored_group(key);
  if (!ctx.may_group(Operation::DESCRIBE, group)) co_return Found{ErrorCode::GROUP_AUTHORIZATION_FAILED};
  const MetadataImage& image = ctx.image();
  const TopicImage* topic = image.topics.find(kOffsetsTopic.view());
  if (!topic) {
    AutoTopicCreation& creation = *ctx.services().topic_creation;
    std::vector<StoredTopic> topics{kOffsetsTopic};
    auto begin = [&creation, &topics] { return creation.begin(topics, std::nullopt); };
    co_await call(*ctx.services().shards.front(), std::move(begin));
    co_return Found{ErrorCode::COORDINATOR_NOT_AVAILABLE};
  }
  const auto* partition = topic->partition(ctx.services().groups->partition_of(image, group.id));
  const ListenerView view(image, ctx.session().listener_name);
  const NodeEndpoint* endpoint = partition ? view.alive_endpoint(partition->leader) : nullptr;
  if (!endpoint) co_return Found{ErrorCode::COORDINATOR_NOT_AVAILABLE};
  co_return Found{ErrorCode::NONE, partition->leader.value, endpoint->host, endpoint->port};
}

Task<Found> find(RequestContext& ctx, std::int8_t type, std::string_view key) {
  if (type == kGroup) co_return co_await find_group(ctx, key);
  if (type == kTransaction) {
    const bool may = ctx.may(Operation::DESCRIBE, {auth::ResourceType::TRANSACTIONAL_ID, key});
    // There is no transaction coordinator yet: docs/deviations.md.
    co_return Found{may ? ErrorCode::COORDINATOR_NOT_AVAILABLE : ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED};
  }
  if (type == kShare && ctx.api_version >= kFirstWithShare) {
    const bool may = ctx.may_cluster(Operation::CLUSTER_ACTION);
    co_return Found{may ? ErrorCode::COORDINATOR_NOT_AVAILABLE : ErrorCode::CLUSTER_AUTHORIZATION_FAILED};
  }
  co_return Found{ErrorCode::INVALID_REQUEST};
}

}  // namespace

// FindCoordinator (API key 10): which broker coordinates a group.  Versions 0-6; several keys at once since version 4
// (KIP-699).  The first question for a group creates the offsets topic.
Task<Response> handle(RequestContext& ctx, const wire::FindCoordinatorRequest& request) {
  Response response;
  if (ctx.api_version < kFirstBatched) {
    const Found found = co_await find(ctx, request.key_type, request.key);
    response.error_code = found.error;
    response.error_message = message_of(found.error);
    response.node_id = found.node_id;
    response.host = found.host;
    response.port = found.port;
    co_return response;
  }
  for (const std::string_view key : request.coordinator_keys) {
    const Found found = co_await find(ctx, request.key_type, key);
    auto& coordinator = response.coordinators.emplace_back();
    coordinator.key = key;
    coordinator.error_code = found.error;
    // There Kafka fails as a whole, which is told in words.
    if (request.key_type < kGroup || request.key_type > kShare) coordinator.error_message = message_of(found.error);
    coordinator.node_id = found.node_id;
    coordinator.host = found.host;
    coordinator.port = found.port;
  }
  co_return response;
}

}  // namespace muir::server
