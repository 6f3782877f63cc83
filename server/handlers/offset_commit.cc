#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/offset_commit_request.h"
#include "wire/schema/offset_commit_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::OffsetCommitRequest;
using Response = wire::OffsetCommitResponse;

constexpr std::int16_t kFirstWithTopicIds = 10;  // KIP-848.
constexpr std::int64_t kDefaultRetention = -1;

// The partitions of an answer, gathered by topic in the order in which their topics first appear.
class Answers {
 public:
  explicit Answers(bool by_id) : by_id_(by_id) {}

  void add(std::string_view topic, const Uuid& id, std::int32_t partition, ErrorCode error) {
    auto& answered = of_topic(topic, id).partitions.emplace_back();
    answered.partition_index = partition;
    answered.error_code = error;
  }

  void add_all(const Request::OffsetCommitRequestTopic& topic, ErrorCode error) {
    for (const auto& partition : topic.partitions) add(topic.name, topic.topic_id, partition.partition_index, error);
  }

  Response take() { return std::move(response_); }

 private:
  Response::OffsetCommitResponseTopic& of_topic(std::string_view topic, const Uuid& id) {
    for (auto& known : response_.topics) {
      if (by_id_ ? known.topic_id == id : known.name == topic) return known;
    }
    auto& added = response_.topics.emplace_back();
    added.name = topic;
    added.topic_id = id;
    return added;
  }

  bool by_id_;
  Response response_;
};

CommitCommand command_of(RequestContext& ctx, const Request& request) {
  CommitCommand command;
  command.group_id = ctx.tenant().to_stored_group(request.group_id).id;
  command.member = {request.member_id, request.group_instance_id};
  command.generation_id = request.generation_id_or_member_epoch;
  command.api_version = ctx.api_version;
  if (request.retention_time_ms != kDefaultRetention) command.retention_ms = request.retention_time_ms;
  return command;
}

// The topic as it is stored; null after its partitions were refused.
const TopicImage* find_topic(RequestContext& ctx, const Request::OffsetCommitRequestTopic& asked, Answers& answers) {
  const TopicsImage& topics = ctx.image().topics;
  const bool by_id = ctx.api_version >= kFirstWithTopicIds;
  const TopicImage* topic = by_id ? topics.find(asked.topic_id) : topics.find(ctx.tenant().to_stored(asked.name));
  if (topic && !ctx.tenant().owns(topic->name)) topic = nullptr;
  if (by_id && !topic) return answers.add_all(asked, ErrorCode::UNKNOWN_TOPIC_ID), nullptr;
  const StoredTopicView name = topic ? topic->name.view() : ctx.tenant().to_stored(asked.name);
  if (!ctx.may_topic(auth::Operation::READ, name)) {
    return answers.add_all(asked, ErrorCode::TOPIC_AUTHORIZATION_FAILED), nullptr;
  }
  if (!topic) answers.add_all(asked, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  return topic;
}

// Takes what exists into the command; the rest is answered.
void take_topic(const Request::OffsetCommitRequestTopic& asked, const TopicImage& topic, CommitCommand& command,
                Answers& answers) {
  CommitCommand::Topic taken{topic.name.name, topic.id, {}};
  for (const auto& partition : asked.partitions) {
    if (!topic.partition(PartitionId{partition.partition_index})) {
      answers.add(asked.name, asked.topic_id, partition.partition_index, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
      continue;
    }
    taken.partitions.push_back({partition.partition_index, partition.committed_offset, partition.committed_leader_epoch,
                                std::string(partition.committed_metadata.value_or(""))});
  }
  if (!taken.partitions.empty()) command.topics.push_back(std::move(taken));
}

}  // namespace

// OffsetCommit (API key 8): how far a group has read.  Versions 2-10; topic ids since 10.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  const bool by_id = ctx.api_version >= kFirstWithTopicIds;
  Answers answers(by_id);
  const StoredGroupView group = ctx.tenant().to_stored_group(request.group_id);
  if (!ctx.may_group(auth::Operation::READ, group)) {
    for (const auto& topic : request.topics) answers.add_all(topic, ErrorCode::GROUP_AUTHORIZATION_FAILED);
    co_return answers.take();
  }
  CommitCommand command = command_of(ctx, request);
  for (const auto& asked : request.topics) {
    if (const TopicImage* topic = find_topic(ctx, asked, answers)) take_topic(asked, *topic, command, answers);
  }
  if (command.topics.empty()) co_return answers.take();

  auto decide = [&command](GroupMachine& machine, Moment now, Effects& effects) {
    return machine.commit_offsets(command, now, effects);
  };
  const MetadataImagePtr image = ctx.services().metadata.image();
  const auto committed = co_await ctx.services().groups->execute(image, group.id, decide);
  const ErrorCode error = committed.error == ErrorCode::NONE ? committed.value.error : committed.error;
  for (std::size_t t = 0; t < command.topics.size(); ++t) {
    const CommitCommand::Topic& topic = command.topics[t];
    const std::string_view name = ctx.keep(std::string(ctx.tenant().to_client(StoredTopicView(topic.name))));
    for (std::size_t p = 0; p < topic.partitions.size(); ++p) {
      const ErrorCode of_partition = error == ErrorCode::NONE ? committed.value.topics[t][p] : error;
      answers.add(name, by_id ? topic.id : kZeroUuid, topic.partitions[p].index, of_partition);
    }
  }
  co_return answers.take();
}

}  // namespace muir::server
