#include <set>

#include "server/controller/topic_rules.h"
#include "server/handlers/auto_topic_creation.h"
#include "server/handlers/handlers.h"
#include "server/handlers/internal_topics.h"
#include "server/handlers/partition_view.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/metadata_request.h"
#include "wire/schema/metadata_response.h"

namespace muir::server {
namespace {

using auth::Operation;
using wire::ErrorCode;
using Response = wire::MetadataResponse;
using Topic = Response::MetadataResponseTopic;

// What one Metadata request asks about, as stored names; each once, in the order of the request.
struct Asked {
  bool all = false;
  bool by_id = false;
  std::vector<StoredTopicView> names;
  std::vector<Uuid> unknown_ids;
};

bool asks_all(const wire::MetadataRequest& request, std::int16_t version) {
  // Null means all and empty means none, but version 0 had no null.
  return !request.topics || (version == 0 && request.topics->empty());
}

Task<Asked> asked_topics(RequestContext& ctx, const wire::MetadataRequest& request) {
  Asked asked;
  const TopicsImage& topics = ctx.image().topics;
  asked.all = asks_all(request, ctx.api_version);
  if (asked.all) {
    for (const auto& [name, id] : topics.ids_by_name()) {
      if (ctx.tenant().owns(name)) asked.names.push_back(name);
      if (ctx.pace.is_over(1)) co_await ctx.pace.next();
    }
    co_return asked;
  }
  std::set<StoredTopicView> seen;
  for (const auto& topic : *request.topics) asked.by_id |= !topic.topic_id.is_zero();
  for (const auto& topic : *request.topics) {
    if (ctx.pace.is_over(1)) co_await ctx.pace.next();
    StoredTopicView name = ctx.tenant().to_stored(topic.name.value_or(""));
    if (asked.by_id) {
      if (topic.topic_id.is_zero()) continue;
      const TopicImage* found = topics.find(topic.topic_id);
      if (found == nullptr || !ctx.tenant().owns(found->name)) {
        asked.unknown_ids.push_back(topic.topic_id);
        continue;
      }
      name = found->name;
    }
    if (seen.insert(name).second) asked.names.push_back(name);
  }
  co_return asked;
}

Response::MetadataResponsePartition describe(const RequestContext& ctx, const MetadataImage& image,
                                             const ListenerView& view, PartitionId index,
                                             const PartitionRegistration& partition) {
  // Version 0 reports replicas that are down as an error and leaves them out; later versions list them all.
  const bool only_alive = ctx.api_version == 0;
  Response::MetadataResponsePartition answer;
  answer.partition_index = index.value;
  answer.leader_epoch = partition.leader_epoch.value;
  answer.replica_nodes = only_alive ? view.alive(partition.replicas) : ids_of(partition.replicas);
  answer.isr_nodes = only_alive ? view.alive(partition.isr) : ids_of(partition.isr);
  answer.offline_replicas = view.offline_replicas(partition);
  if (view.endpoint(partition.leader) != nullptr) {
    answer.leader_id = partition.leader.value;
    const bool some_missing =
        answer.replica_nodes.size() < partition.replicas.size() || answer.isr_nodes.size() < partition.isr.size();
    if (some_missing) answer.error_code = ErrorCode::REPLICA_NOT_AVAILABLE;
    return answer;
  }
  answer.leader_id = kNoNode.value;
  const bool leader_is_known = image.cluster.broker(partition.leader) != nullptr;
  answer.error_code =
      leader_is_known && ctx.api_version >= 6 ? ErrorCode::LISTENER_NOT_FOUND : ErrorCode::LEADER_NOT_AVAILABLE;
  return answer;
}

Topic describe(RequestContext& ctx, const ListenerView& view, const TopicImage& topic) {
  Topic answer;
  answer.name = ctx.tenant().to_client(topic.name);
  answer.topic_id = topic.id;
  answer.is_internal = is_internal_topic(topic.name);
  for (const auto& [index, partition] : topic.partitions) {
    answer.partitions.push_back(describe(ctx, ctx.image(), view, index, *partition));
  }
  return answer;
}

Topic refuse(RequestContext& ctx, StoredTopicView name, ErrorCode error, bool is_internal) {
  Topic answer;
  answer.error_code = error;
  answer.name = ctx.tenant().to_client(name);
  answer.is_internal = is_internal;
  return answer;
}

// A request that its version does not allow: every topic gets the error.
Response refuse_all(const wire::MetadataRequest& request, ErrorCode error) {
  Response response;
  response.error_code = error;
  if (!request.topics) return response;
  for (const auto& asked : *request.topics) {
    Topic& topic = response.topics.emplace_back();
    topic.error_code = error;
    topic.name = asked.name.value_or("");
    topic.topic_id = asked.topic_id;
  }
  return response;
}

bool is_allowed_in_version(const wire::MetadataRequest& request, std::int16_t version) {
  if (version >= 12 || asks_all(request, version)) return true;
  for (const auto& topic : *request.topics) {
    if (!topic.name || !topic.topic_id.is_zero()) return false;
  }
  return true;
}

void describe_cluster(RequestContext& ctx, const wire::MetadataRequest& request, const ListenerView& view,
                      Response& response) {
  for (const auto& [id, broker] : ctx.image().cluster.brokers()) {
    const NodeEndpoint* endpoint = view.alive_endpoint(id);
    if (endpoint == nullptr) continue;
    auto& node = response.brokers.emplace_back();
    node.node_id = id.value;
    node.host = endpoint->host;
    node.port = endpoint->port;
    if (broker->rack) node.rack = *broker->rack;
  }
  response.cluster_id = ctx.services().cluster_id;
  response.controller_id = view.any_alive_broker();
  if (ctx.api_version < 8 || ctx.api_version > 10 || !request.include_cluster_authorized_operations) return;
  response.cluster_authorized_operations =
      ctx.may_cluster(Operation::DESCRIBE) ? ctx.authorized_operations(auth::kCluster) : 0;
}

}  // namespace

// Metadata (API key 3): topics, partitions and leaders, and the brokers, as the listener of this connection names them.
// Versions 0-13; topic ids since 10 (KIP-516).  May begin to create topics; never waits for them.
Task<Response> handle(RequestContext& ctx, const wire::MetadataRequest& request) {
  if (!is_allowed_in_version(request, ctx.api_version)) co_return refuse_all(request, ErrorCode::INVALID_REQUEST);
  Response response;
  const TopicsImage& topics = ctx.image().topics;
  const ListenerView view(ctx.image(), ctx.session().listener_name);
  const Asked asked = co_await asked_topics(ctx, request);
  const bool may_create = request.allow_auto_topic_creation && ctx.services().config.auto_create_topics_enable;

  response.topics.reserve(asked.unknown_ids.size() + asked.names.size());
  for (const Uuid& id : asked.unknown_ids) {
    if (ctx.pace.is_over(1)) co_await ctx.pace.next();
    Topic& topic = response.topics.emplace_back();
    topic.error_code = ErrorCode::UNKNOWN_TOPIC_ID;
    topic.name = std::nullopt;
    topic.topic_id = id;
  }
  std::vector<StoredTopic> to_create;
  std::vector<Topic> refused;
  for (const StoredTopicView name : asked.names) {
    const TopicImage* found = topics.find(name);
    if (ctx.pace.is_over(1 + (found == nullptr ? 0 : found->partitions.size()))) co_await ctx.pace.next();
    if (asked.all ? !ctx.may_see_topic(Operation::DESCRIBE, name) : !ctx.may_topic(Operation::DESCRIBE, name)) {
      if (asked.all) continue;
      refused.push_back(refuse(ctx, name, ErrorCode::TOPIC_AUTHORIZATION_FAILED, false));
      if (!asked.by_id) continue;
      // Ids tell nothing, names do.
      refused.back().name = std::nullopt;
      refused.back().topic_id = found == nullptr ? kZeroUuid : found->id;
    } else if (found != nullptr && !found->partitions.empty()) {
      response.topics.push_back(describe(ctx, view, *found));
    } else if (may_create && !ctx.may_see(Operation::CREATE, auth::kCluster) &&
               !ctx.may_topic(Operation::CREATE, name)) {
      refused.push_back(refuse(ctx, name, ErrorCode::TOPIC_AUTHORIZATION_FAILED, is_internal_topic(name)));
    } else if (topic_name_problem(name.name)) {
      response.topics.push_back(
          refuse(ctx, name, ErrorCode::INVALID_TOPIC_EXCEPTION, !may_create && is_internal_topic(name)));
    } else {
      response.topics.push_back(refuse(ctx, name, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, is_internal_topic(name)));
      if (may_create && !asked.all) to_create.emplace_back(name);
    }
  }
  if (ctx.api_version >= 8 && request.include_topic_authorized_operations) {
    for (Topic& topic : response.topics) {
      if (!topic.name) continue;
      const StoredTopicView name = ctx.tenant().to_stored(*topic.name);
      topic.topic_authorized_operations = ctx.authorized_operations({auth::ResourceType::TOPIC, name.name});
    }
  }
  for (Topic& topic : refused) response.topics.push_back(std::move(topic));
  describe_cluster(ctx, request, view, response);

  if (!to_create.empty()) {
    AutoTopicCreation& creation = *ctx.services().topic_creation;
    constexpr std::int16_t kAlwaysStrict = 0;
    const RequestMutations mutations(ctx, kAlwaysStrict);
    co_await call(*ctx.services().shards.front(), [&] { return creation.begin(std::move(to_create), mutations); });
  }
  co_return response;
}

}  // namespace muir::server
