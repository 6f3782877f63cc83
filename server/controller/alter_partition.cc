#include "server/controller/alter_partition.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::AlterPartitionRequest;
using Proposal = Request::PartitionData;
using Answer = wire::AlterPartitionResponse::PartitionData;

struct Member {
  NodeId id;
  std::int64_t epoch = -1;  // -1: not to be checked.
};

std::vector<Member> members_of(const Proposal& proposal, std::int16_t version) {
  std::vector<Member> members;
  if (version < 3) {
    for (const auto id : proposal.new_isr) members.push_back({NodeId{id}, -1});
  } else {
    for (const auto& broker : proposal.new_isr_with_epochs)
      members.push_back({NodeId{broker.broker_id}, broker.broker_epoch});
  }
  return members;
}

Replicas ids_in(const std::vector<Member>& members) {
  Replicas ids;
  for (const auto& member : members) ids.push_back(member.id);
  return ids;
}

// Distinct replicas of the partition, and not none.
bool is_valid_isr(const PartitionRegistration& partition, const Replicas& isr) {
  const std::set<NodeId> distinct(isr.begin(), isr.end());
  return !isr.empty() && distinct.size() == isr.size() && contains_all(partition.replicas, isr);
}

bool may_join_isr(const ClusterImage& cluster, const Member& member) {
  const auto* broker = cluster.broker(member.id);
  return broker != nullptr && broker->is_active() && (member.epoch == -1 || broker->epoch == member.epoch);
}

// Kafka's checks, in its order: first whether the leader and we speak of the same state, then what it proposes.
ErrorCode problem_with(const DecideContext& context, NodeId sender, const PartitionRegistration* partition,
                       const Proposal& proposal, const std::vector<Member>& members) {
  if (partition == nullptr) return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  // It knows more than we do: we are no longer the active controller.
  if (proposal.leader_epoch > partition->leader_epoch.value) return ErrorCode::NOT_CONTROLLER;
  if (proposal.partition_epoch > partition->partition_epoch) return ErrorCode::NOT_CONTROLLER;
  if (proposal.leader_epoch < partition->leader_epoch.value) return ErrorCode::FENCED_LEADER_EPOCH;
  if (sender != partition->leader) return ErrorCode::INVALID_REQUEST;
  if (proposal.partition_epoch < partition->partition_epoch) return ErrorCode::INVALID_UPDATE_VERSION;
  const auto isr = ids_in(members);
  if (!is_valid_isr(*partition, isr) || !contains(isr, partition->leader)) return ErrorCode::INVALID_REQUEST;
  if (proposal.leader_recovery_state != 0 && proposal.leader_recovery_state != 1) return ErrorCode::INVALID_REQUEST;
  const bool recovering = proposal.leader_recovery_state == 1;
  if (recovering && isr.size() > 1) return ErrorCode::INVALID_REQUEST;
  if (recovering && partition->leader_recovery_state == LeaderRecoveryState::RECOVERED)
    return ErrorCode::INVALID_REQUEST;
  const auto eligible = [&](const Member& member) { return may_join_isr(context.image().cluster, member); };
  if (!std::all_of(members.begin(), members.end(), eligible)) return ErrorCode::INELIGIBLE_REPLICA;
  return ErrorCode::NONE;
}

Answer failed(std::int32_t index, ErrorCode code) {
  Answer answer;
  answer.partition_index = index;
  answer.error_code = code;
  return answer;
}

Answer alter(const DecideContext& context, const TopicImage& topic, NodeId sender, const Proposal& proposal,
             RecordBatch& records) {
  const PartitionId index{proposal.partition_index};
  const auto* found = topic.partition(index);
  const auto members = members_of(proposal, context.request.api_version);
  const auto problem = problem_with(context, sender, found, proposal, members);
  if (problem != ErrorCode::NONE) return failed(index.value, problem);
  PartitionChange change(*found, topic.id, index, context.cluster_for(topic, *found));
  if (context.is_unclean_election_enabled(topic.name)) change.election(Election::unclean);
  change.target_isr(ids_in(members));
  change.target_recovery_state(static_cast<LeaderRecoveryState>(proposal.leader_recovery_state));
  const auto record = change.build();
  auto partition = *found;
  if (record) {
    records.add(*record, partition_change_record_version(context.metadata_version()));
    const auto merged = found->merge(*record);
    if (!merged) return failed(index.value, ErrorCode::UNKNOWN_SERVER_ERROR);  // The epochs are used up.
    partition = *merged;
    // The change ended a reassignment and with it the sender's leadership: it has to look at the metadata first.
    if (record->leader != sender.value && record->leader != kNoLeaderChange)
      return failed(index.value, ErrorCode::NEW_LEADER_ELECTED);
  }
  Answer answer;
  answer.partition_index = index.value;
  answer.leader_id = partition.leader.value;
  answer.leader_epoch = partition.leader_epoch.value;
  answer.isr = ids_of(partition.isr);
  answer.leader_recovery_state = static_cast<std::int8_t>(partition.leader_recovery_state);
  answer.partition_epoch = partition.partition_epoch;
  return answer;
}

}  // namespace

Decision<wire::AlterPartitionResponse> decide_alter_partition(const DecideContext& context, const Request& request) {
  Decision<wire::AlterPartitionResponse> decision;
  decision.is_atomic = false;
  const NodeId sender{request.broker_id};
  if (stale_broker_epoch(context.image().cluster, sender, request.broker_epoch)) {
    decision.response.error_code = ErrorCode::STALE_BROKER_EPOCH;
    return decision;
  }
  auto records = RecordBatch::unlimited();
  for (const auto& asked : request.topics) {
    auto& answered = decision.response.topics.emplace_back();
    answered.topic_id = asked.topic_id;
    const auto* topic = context.image().topics.find(asked.topic_id);
    for (const auto& proposal : asked.partitions) {
      answered.partitions.push_back(topic == nullptr ? failed(proposal.partition_index, ErrorCode::UNKNOWN_TOPIC_ID)
                                                     : alter(context, *topic, sender, proposal, records));
    }
  }
  decision.records = records.take();
  return decision;
}

}  // namespace muir::server
