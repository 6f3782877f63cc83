#include "server/active_controller/controller_service.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "wire/schema/describe_quorum_request.h"
#include "wire/schema/describe_quorum_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::DescribeQuorumResponse;
using ReplicaState = Response::ReplicaState;

constexpr std::string_view kMetadataTopic = "__cluster_metadata";

// Version 2 brought directories and nodes (KIP-853); before, there is no place for them.
constexpr std::int16_t kFirstVersionWithNodes = 2;

std::vector<ReplicaState> to_states(const std::vector<QuorumDescription::Replica>& replicas, std::int16_t version) {
  std::vector<ReplicaState> states;
  for (const auto& replica : replicas) {
    ReplicaState& state = states.emplace_back();
    state.replica_id = replica.key.id.value;
    if (version >= kFirstVersionWithNodes) state.replica_directory_id = replica.key.directory_id;
    state.log_end_offset = replica.log_end_offset.value;
    state.last_fetch_timestamp = replica.last_fetch_timestamp_ms;
    state.last_caught_up_timestamp = replica.last_caught_up_timestamp_ms;
  }
  return states;
}

bool asks_for_metadata(const wire::DescribeQuorumRequest& request) {
  return request.topics.size() == 1 && request.topics[0].topic_name == kMetadataTopic &&
         request.topics[0].partitions.size() == 1 && request.topics[0].partitions[0].partition_index == 0;
}

// Each partition that was asked about gets the error.
Response refuse(const wire::DescribeQuorumRequest& request, ErrorCode error) {
  Response response;
  for (const auto& asked : request.topics) {
    auto& topic = response.topics.emplace_back();
    topic.topic_name = asked.topic_name;
    for (const auto& partition : asked.partitions) {
      auto& answer = topic.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      answer.error_code = error;
      if (error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
        answer.error_message = "This server does not host this topic-partition.";
    }
  }
  return response;
}

}  // namespace

// DescribeQuorum (API key 55): leader, voters and observers of the metadata log (KIP-595, KIP-836).  Versions 0-2.
Task<Response> handle(RequestContext& ctx, const wire::DescribeQuorumRequest& request) {
  if (!ctx.may_cluster(auth::Operation::DESCRIBE)) {
    Response response;
    response.error_code = ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
    co_return response;
  }
  if (!asks_for_metadata(request)) co_return refuse(request, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  auto quorum = std::make_shared<const QuorumDescription>(co_await ctx.services().controller.describe_quorum());
  ctx.keep_alive(quorum);
  if (quorum->leader_id != ctx.services().config.node_id) {
    co_return refuse(request, ErrorCode::NOT_LEADER_OR_FOLLOWER);
  }

  Response response;
  auto& topic = response.topics.emplace_back();
  topic.topic_name = kMetadataTopic;
  auto& partition = topic.partitions.emplace_back();
  partition.leader_id = quorum->leader_id.value;
  partition.leader_epoch = quorum->leader_epoch.value;
  partition.high_watermark = quorum->high_watermark.value;
  partition.current_voters = to_states(quorum->voters, ctx.api_version);
  partition.observers = to_states(quorum->observers, ctx.api_version);
  if (ctx.api_version < kFirstVersionWithNodes) co_return response;
  for (const storage::Voter& voter : quorum->nodes) {
    auto& node = response.nodes.emplace_back();
    node.node_id = voter.key.id.value;
    for (const auto& endpoint : voter.endpoints) {
      node.listeners.push_back({.name = endpoint.listener_name, .host = endpoint.host, .port = endpoint.port});
    }
  }
  co_return response;
}

}  // namespace muir::server
