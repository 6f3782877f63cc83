#include <algorithm>
#include <set>

#include "server/controller/topic_rules.h"
#include "server/handlers/handlers.h"
#include "server/handlers/internal_topics.h"
#include "server/handlers/partition_view.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/describe_topic_partitions_request.h"
#include "wire/schema/describe_topic_partitions_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeTopicPartitionsRequest;
using Response = wire::DescribeTopicPartitionsResponse;
using Topic = Response::DescribeTopicPartitionsResponseTopic;

Topic refuse(RequestContext& ctx, StoredTopicView name, ErrorCode error) {
  Topic topic;
  topic.error_code = error;
  topic.name = ctx.tenant().to_client(name);
  return topic;
}

Topic describe(RequestContext& ctx, const ListenerView& view, const TopicImage& found, std::int32_t from,
               std::int32_t until) {
  Topic topic;
  topic.name = ctx.tenant().to_client(found.name);
  topic.topic_id = found.id;
  topic.is_internal = is_internal_topic(found.name);
  for (std::int32_t index = from; index < until; ++index) {
    const PartitionRegistration* partition = found.partition(PartitionId{index});
    if (partition == nullptr) continue;
    auto& answer = topic.partitions.emplace_back();
    answer.partition_index = index;
    answer.leader_id = view.endpoint(partition->leader) == nullptr ? kNoNode.value : partition->leader.value;
    answer.leader_epoch = partition->leader_epoch.value;
    answer.replica_nodes = ids_of(partition->replicas);
    answer.isr_nodes = ids_of(partition->isr);
    answer.offline_replicas = view.offline_replicas(*partition);
    answer.eligible_leader_replicas = ids_of(partition->elr);
    answer.last_known_elr = ids_of(partition->last_known_elr);
  }
  return topic;
}

// The topics from the cursor on, in the order of their names: what paging rests on.
std::set<StoredTopicView> asked_topics(RequestContext& ctx, const Request& request) {
  const StoredTopicView from = ctx.tenant().to_stored(request.cursor ? request.cursor->topic_name : "");
  std::set<StoredTopicView> asked;
  for (const auto& topic : request.topics) asked.insert(ctx.tenant().to_stored(topic.name));
  if (request.topics.empty()) {
    for (const auto& [name, id] : ctx.image().topics.ids_by_name()) {
      if (ctx.tenant().owns(name)) asked.insert(name);
    }
  }
  std::erase_if(asked, [&](StoredTopicView name) { return name < from; });
  return asked;
}

bool is_cursor_valid(RequestContext& ctx, const Request& request, const std::set<StoredTopicView>& asked) {
  if (!request.cursor) return true;
  if (request.cursor->partition_index < 0) return false;
  return request.topics.empty() || asked.contains(ctx.tenant().to_stored(request.cursor->topic_name));
}

// Fills the answer up to `room` partitions; what is left is where the cursor points.
class Page {
 public:
  Page(RequestContext& ctx, const Request& request, Response& response)
      : ctx_(ctx), request_(request), response_(response), view_(ctx.image(), ctx.session().listener_name) {
    const std::int32_t limit =
        std::min(ctx.services().config.max_request_partition_size_limit, request.response_partition_limit);
    room_ = std::max(limit, 1);
  }

  // False when the page is full.
  bool add(StoredTopicView name) {
    if (room_ == 0) return point_at(name, 0);
    const TopicImage* found = ctx_.image().topics.find(name);
    if (found == nullptr) {
      if (request_.topics.empty()) return true;
      const auto error =
          topic_name_problem(name.name) ? ErrorCode::INVALID_TOPIC_EXCEPTION : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
      response_.topics.push_back(refuse(ctx_, name, error));
      response_.topics.back().is_internal = is_internal_topic(name);
      return true;
    }
    const bool begins_inside = request_.cursor && ctx_.tenant().to_stored(request_.cursor->topic_name) == name;
    const std::int64_t from = begins_inside ? request_.cursor->partition_index : 0;
    const auto count = static_cast<std::int64_t>(found->partitions.size());
    const std::int64_t until = std::min(count, from + room_);
    response_.topics.push_back(
        describe(ctx_, view_, *found, static_cast<std::int32_t>(from), static_cast<std::int32_t>(until)));
    if (until < count) return point_at(name, static_cast<std::int32_t>(until));
    room_ -= static_cast<std::int32_t>(response_.topics.back().partitions.size());
    return true;
  }

 private:
  bool point_at(StoredTopicView name, std::int32_t partition) {
    auto& cursor = response_.next_cursor.emplace();
    cursor.topic_name = ctx_.tenant().to_client(name);
    cursor.partition_index = partition;
    return false;
  }

  RequestContext& ctx_;
  const Request& request_;
  Response& response_;
  ListenerView view_;
  std::int32_t room_;
};

}  // namespace

// DescribeTopicPartitions (API key 75): topics in the order of their names, in pages (KIP-966).  Version 0.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  Response response;
  const std::set<StoredTopicView> asked = asked_topics(ctx, request);
  if (!is_cursor_valid(ctx, request, asked)) {
    // There is no top-level error: each topic asked about carries it.
    for (const auto& topic : request.topics) {
      response.topics.push_back(refuse(ctx, ctx.tenant().to_stored(topic.name), ErrorCode::INVALID_REQUEST));
    }
    co_return response;
  }
  std::vector<Topic> unauthorized;
  Page page(ctx, request, response);
  bool is_full = false;
  for (const StoredTopicView name : asked) {
    const bool may_describe = ctx.may_topic(auth::Operation::DESCRIBE, name);
    if (may_describe && !is_full) is_full = !page.add(name);
    if (!may_describe && !request.topics.empty()) {
      unauthorized.push_back(refuse(ctx, name, ErrorCode::TOPIC_AUTHORIZATION_FAILED));
    }
  }
  for (Topic& topic : response.topics) {
    const StoredTopicView name = ctx.tenant().to_stored(topic.name.value_or(""));
    topic.topic_authorized_operations = ctx.authorized_operations({auth::ResourceType::TOPIC, name.name});
  }
  response.topics.insert(response.topics.end(), unauthorized.begin(), unauthorized.end());
  co_return response;
}

}  // namespace muir::server
