#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/offset_fetch_request.h"
#include "wire/schema/offset_fetch_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::OffsetFetchRequest;
using Response = wire::OffsetFetchResponse;
using Asked = Request::OffsetFetchRequestGroup;
using GroupAnswer = Response::OffsetFetchResponseGroup;
using AskedTopic = Request::OffsetFetchRequestTopics;
using AnswerTopic = Response::OffsetFetchResponseTopics;

constexpr std::int16_t kFirstWithGroupError = 2;
constexpr std::int16_t kFirstBatched = 8;  // KIP-709.
constexpr std::int16_t kFirstWithTopicIds = 10;

AnswerTopic refuse(const AskedTopic& asked, ErrorCode error) {
  AnswerTopic topic;
  topic.name = asked.name;
  topic.topic_id = asked.topic_id;
  for (const std::int32_t index : asked.partition_indexes) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = index;
    partition.committed_offset = -1;
    partition.error_code = error;
  }
  return topic;
}

// Version 1 has no code for a group: each of its partitions says it.
GroupAnswer refuse(const RequestContext& ctx, const Asked& asked, ErrorCode error) {
  GroupAnswer answer;
  answer.group_id = asked.group_id;
  if (ctx.api_version >= kFirstWithGroupError) {
    answer.error_code = error;
  } else if (asked.topics) {
    for (const AskedTopic& topic : *asked.topics) answer.topics.push_back(refuse(topic, error));
  }
  return answer;
}

// What of a request may be asked; the rest is answered.
std::vector<OffsetFetchCommand::Topic> screen(RequestContext& ctx, const std::vector<AskedTopic>& topics,
                                              std::vector<AnswerTopic>& refused) {
  std::vector<OffsetFetchCommand::Topic> allowed;
  const bool by_id = ctx.api_version >= kFirstWithTopicIds;
  for (const AskedTopic& asked : topics) {
    StoredTopicView name = ctx.tenant().to_stored(asked.name);
    if (by_id) {
      const TopicImage* topic = ctx.image().topics.find(asked.topic_id);
      if (!topic || !ctx.tenant().owns(topic->name)) {
        refused.push_back(refuse(asked, ErrorCode::UNKNOWN_TOPIC_ID));
        continue;
      }
      name = topic->name.view();
    }
    if (!ctx.may_topic(auth::Operation::DESCRIBE, name)) {
      refused.push_back(refuse(asked, ErrorCode::TOPIC_AUTHORIZATION_FAILED));
      continue;
    }
    allowed.push_back({std::string(name.name), asked.topic_id, asked.partition_indexes});
  }
  return allowed;
}

AnswerTopic to_answer(RequestContext& ctx, const FetchedOffsets::Topic& fetched) {
  AnswerTopic topic;
  topic.name = ctx.tenant().to_client(StoredTopicView(fetched.name));
  topic.topic_id = fetched.id;
  for (const auto& partition : fetched.partitions) {
    auto& answered = topic.partitions.emplace_back();
    answered.partition_index = partition.index;
    answered.error_code = partition.error;
    answered.committed_offset = partition.committed ? partition.committed->offset : -1;
    answered.committed_leader_epoch = partition.committed ? partition.committed->leader_epoch : -1;
    answered.metadata = partition.committed ? std::string_view(partition.committed->metadata) : "";
  }
  return topic;
}

// All that a group has committed, but for topics that the client may not see, or cannot be told by id.
void add_visible(RequestContext& ctx, const FetchedOffsets& fetched, GroupAnswer& answer) {
  for (const auto& found : fetched.topics) {
    const StoredTopicView name(found.name);
    if (!ctx.tenant().owns(name) || !ctx.may_topic(auth::Operation::DESCRIBE, name)) continue;
    AnswerTopic topic = to_answer(ctx, found);
    if (ctx.api_version >= kFirstWithTopicIds) {
      const TopicImage* known = ctx.image().topics.find(name);
      if (!known) continue;
      topic.topic_id = known->id;
    }
    answer.topics.push_back(std::move(topic));
  }
}

// Clients before 3.9 know NOT_COORDINATOR, and try again with it.
ErrorCode known_to_consumers(ErrorCode error) {
  return error == ErrorCode::COORDINATOR_NOT_AVAILABLE ? ErrorCode::NOT_COORDINATOR : error;
}

Task<GroupAnswer> fetch(RequestContext& ctx, const Asked& asked, bool require_stable) {
  const StoredGroupView group = ctx.tenant().to_stored_group(asked.group_id);
  if (!ctx.may_group(auth::Operation::DESCRIBE, group)) {
    co_return refuse(ctx, asked, ErrorCode::GROUP_AUTHORIZATION_FAILED);
  }
  std::vector<AnswerTopic> refused;
  OffsetFetchCommand command{std::string(group.id), std::nullopt, require_stable};
  if (asked.topics) command.topics = screen(ctx, *asked.topics, refused);
  auto decide = [&command](GroupMachine& machine, Moment, Effects&) { return machine.fetch_offsets(command); };
  const MetadataImagePtr image = ctx.services().metadata.image();
  auto fetched = co_await ctx.services().groups->execute(image, group.id, decide);
  if (fetched.error != ErrorCode::NONE) co_return refuse(ctx, asked, known_to_consumers(fetched.error));
  const auto offsets = std::make_shared<FetchedOffsets>(std::move(fetched.value));
  ctx.keep_alive(offsets);
  GroupAnswer answer;
  answer.group_id = asked.group_id;
  if (!asked.topics) {
    add_visible(ctx, *offsets, answer);
    co_return answer;
  }
  for (const auto& topic : offsets->topics) answer.topics.push_back(to_answer(ctx, topic));
  for (AnswerTopic& topic : refused) answer.topics.push_back(std::move(topic));
  co_return answer;
}

// Until version 7 a request is about one group, and its fields stand in the request itself.
Asked only_group(const Request& request) {
  Asked asked;
  asked.group_id = request.group_id;
  asked.topics.reset();
  if (request.topics) {
    auto& topics = asked.topics.emplace();
    for (const auto& topic : *request.topics) {
      auto& added = topics.emplace_back();
      added.name = topic.name;
      added.partition_indexes = topic.partition_indexes;
    }
  }
  return asked;
}

Response to_single(const GroupAnswer& answer) {
  Response response;
  response.error_code = answer.error_code;
  for (const AnswerTopic& topic : answer.topics) {
    auto& added = response.topics.emplace_back();
    added.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto& answered = added.partitions.emplace_back();
      answered.partition_index = partition.partition_index;
      answered.committed_offset = partition.committed_offset;
      answered.committed_leader_epoch = partition.committed_leader_epoch;
      answered.metadata = partition.metadata;
      answered.error_code = partition.error_code;
    }
  }
  return response;
}

}  // namespace

// OffsetFetch (API key 9): how far groups have read.  Versions 1-10; many groups since 8, topic ids since 10.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (ctx.api_version < kFirstBatched) {
    const Asked asked = only_group(request);
    const GroupAnswer answer = co_await fetch(ctx, asked, request.require_stable);
    co_return to_single(answer);
  }
  Response response;
  for (const Asked& asked : request.groups) {
    GroupAnswer answer = co_await fetch(ctx, asked, request.require_stable);
    response.groups.push_back(std::move(answer));
  }
  co_return response;
}

}  // namespace muir::server
