#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/offset_delete_request.h"
#include "wire/schema/offset_delete_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::OffsetDeleteRequest;
using Response = wire::OffsetDeleteResponse;

void add(Response& response, std::string_view topic, std::int32_t partition, ErrorCode error) {
  auto found = std::ranges::find(response.topics, topic, &Response::OffsetDeleteResponseTopic::name);
  if (found == response.topics.end()) {
    found = response.topics.emplace(found);
    found->name = topic;
  }
  auto& answered = found->partitions.emplace_back();
  answered.partition_index = partition;
  answered.error_code = error;
}

// What of the request exists and may be touched, as stored; the rest is answered.
std::vector<TopicPartitions> screen(RequestContext& ctx, const Request& request, Response& response) {
  std::vector<TopicPartitions> allowed;
  for (const auto& asked : request.topics) {
    const StoredTopicView name = ctx.tenant().to_stored(asked.name);
    const bool may = ctx.may_topic(auth::Operation::READ, name);
    const TopicImage* topic = may ? ctx.image().topics.find(name) : nullptr;
    TopicPartitions taken{std::string(name.name), {}};
    for (const auto& partition : asked.partitions) {
      if (topic && topic->partition(PartitionId{partition.partition_index})) {
        taken.partitions.push_back(partition.partition_index);
      } else {
        add(response, asked.name, partition.partition_index,
            may ? ErrorCode::UNKNOWN_TOPIC_OR_PARTITION : ErrorCode::TOPIC_AUTHORIZATION_FAILED);
      }
    }
    if (!taken.partitions.empty()) allowed.push_back(std::move(taken));
  }
  return allowed;
}

Response refuse(ErrorCode error) {
  Response response;
  response.error_code = error;
  return response;
}

}  // namespace

// OffsetDelete (API key 47): an administrator makes a group forget partitions (KIP-496).  Version 0.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  const StoredGroupView group = ctx.tenant().to_stored_group(request.group_id);
  if (!ctx.may_group(auth::Operation::DELETE, group)) co_return refuse(ErrorCode::GROUP_AUTHORIZATION_FAILED);
  Response response;
  const std::vector<TopicPartitions> topics = screen(ctx, request, response);
  if (group.id.empty()) co_return refuse(ErrorCode::INVALID_GROUP_ID);
  auto decide = [&](GroupMachine& machine, Moment, Effects& effects) {
    return machine.delete_offsets(group.id, topics, effects);
  };
  const MetadataImagePtr image = ctx.services().metadata.image();
  const auto deleted = co_await ctx.services().groups->execute(image, group.id, decide);
  const ErrorCode error = deleted.error == ErrorCode::NONE ? deleted.value.error : deleted.error;
  if (error != ErrorCode::NONE) co_return refuse(error);
  for (std::size_t t = 0; t < topics.size(); ++t) {
    const std::string_view name = ctx.keep(std::string(ctx.tenant().to_client(StoredTopicView(topics[t].name))));
    for (std::size_t p = 0; p < topics[t].partitions.size(); ++p) {
      add(response, name, topics[t].partitions[p], deleted.value.topics[t][p]);
    }
  }
  co_return response;
}

}  // namespace muir::server
