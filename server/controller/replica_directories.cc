#include "server/controller/replica_directories.h"

#include <set>
#include <utility>

#include "server/controller/leader_updates.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

class DirectoryAssignment {
 public:
  DirectoryAssignment(const DecideContext& context, NodeId broker) : context_(context), broker_(broker) {}

  ErrorCode assign(const Uuid& topic_id, PartitionId index, const Uuid& directory, bool is_offline) {
    const auto* topic = context_.image().topics.find(topic_id);
    if (topic == nullptr) return ErrorCode::UNKNOWN_TOPIC_ID;
    const auto* partition = topic->partition(index);
    if (partition == nullptr) return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    if (!contains(partition->replicas, broker_)) return ErrorCode::NOT_LEADER_OR_FOLLOWER;
    PartitionChange change(*partition, topic_id, index, context_.cluster_for(*topic, *partition));
    const auto record = change.directory(broker_, directory).build();
    if (record) records_.add(*record, partition_change_record_version(context_.metadata_version()));
    if (is_offline) failed_.emplace(topic_id, index);
    return ErrorCode::NONE;
  }

  std::vector<OwnedBytes> take() {
    const auto concerns = [this](const Uuid& topic, PartitionId index, const PartitionRegistration&) {
      return failed_.contains({topic, index});
    };
    if (!failed_.empty()) update_leaders(context_, {.remove = broker_}, concerns, records_);
    return records_.take();
  }

 private:
  const DecideContext& context_;
  NodeId broker_;
  RecordBatch records_ = RecordBatch::unlimited();
  std::set<std::pair<Uuid, PartitionId>> failed_;  // In directories that are offline.
};

}  // namespace

Decision<wire::AssignReplicasToDirsResponse> decide_assign_replicas_to_dirs(
    const DecideContext& context, const wire::AssignReplicasToDirsRequest& request) {
  Decision<wire::AssignReplicasToDirsResponse> decision;
  decision.is_atomic = false;
  auto& response = decision.response;
  const NodeId id{request.broker_id};
  if (context.metadata_version() < kDirectoryAssignmentLevel) {
    response.error_code = ErrorCode::UNSUPPORTED_VERSION;
    return decision;
  }
  if (stale_broker_epoch(context.image().cluster, id, request.broker_epoch)) {
    response.error_code = ErrorCode::STALE_BROKER_EPOCH;
    return decision;
  }
  const auto* broker = context.image().cluster.broker(id);
  DirectoryAssignment assignment(context, id);
  for (const auto& directory : request.directories) {
    auto& answered_directory = response.directories.emplace_back();
    answered_directory.id = directory.id;
    for (const auto& topic : directory.topics) {
      auto& answered_topic = answered_directory.topics.emplace_back();
      answered_topic.topic_id = topic.topic_id;
      for (const auto& partition : topic.partitions) {
        auto& answered = answered_topic.partitions.emplace_back();
        answered.partition_index = partition.partition_index;
        answered.error_code = assignment.assign(topic.topic_id, PartitionId{partition.partition_index}, directory.id,
                                                !broker->has_online_dir(directory.id));
      }
    }
  }
  decision.records = assignment.take();
  return decision;
}

}  // namespace muir::server
