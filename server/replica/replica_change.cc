#include "server/replica/replica_change.h"

#include "server/replica/future_replica.h"
#include "server/runtime/log.h"

namespace muir::server {
namespace {

Task<DeletedLog> delete_future(std::shared_ptr<FutureReplica> future) {
  DeletedLog deleted{future->log().directory(), "", future->log().config().file_delete_delay_ms};
  const auto renamed = co_await future->discard();
  if (renamed) deleted.renamed_to = *renamed;
  co_return deleted;
}

Task<DeletedLog> delete_replica(std::shared_ptr<Partition> partition, ReplicaErrc why) {
  partition->stop(why);
  DeletedLog deleted{partition->log().directory(), "", partition->log().config().file_delete_delay_ms};
  const auto renamed = co_await partition->delete_log();
  if (renamed) {
    deleted.renamed_to = *renamed;
    log_info("partition deleted", field("partition", partition->id().to_string()), field("removed_from", *renamed));
  } else {
    log_error("partition not deleted", field("partition", partition->id().to_string()),
              field("error", renamed.error().message()));
  }
  co_return deleted;
}

Task<void> host_replica(ShardReplicas& replicas, const PartitionHost& host, ReplicaChange& change, NodeId self) {
  std::shared_ptr<Partition> partition;
  if (change.log) {
    partition = std::make_shared<Partition>(change.id, host, std::move(change.log->log), change.min_insync_replicas,
                                            change.log->high_watermark);
    replicas.host(partition);
  } else if (const auto hosted = replicas.get(change.id.key)) {
    partition = *hosted;
  } else {
    log_error("partition offline", field("partition", change.id.to_string()),
              field("error", change.open_error.message()));
    replicas.mark_offline(change.id.key);
    co_return;
  }
  const bool leads = change.registration.leader == self;
  Result<void> became = ok();
  if (leads) {
    became = co_await partition->become_leader(change.registration);
  } else {
    became = co_await partition->become_follower(change.registration);
  }
  if (!became)
    log_error("partition not ready", field("partition", change.id.to_string()),
              field("error", became.error().message()));
  else
    log_debug("partition ready", field("partition", change.id.to_string()),
              field("role", leads ? "leader" : "follower"),
              field("leader_epoch", change.registration.leader_epoch.value),
              field("log_end_offset", partition->log().log_end_offset().value));
}

}  // namespace

Task<std::vector<DeletedLog>> apply_at_home(ShardReplicas& replicas, const PartitionHost& host,
                                            std::vector<ReplicaChange>& changes, NodeId self) {
  std::vector<DeletedLog> deleted;
  for (ReplicaChange& change : changes) {
    if (change.kind == ReplicaChange::Kind::host) {
      co_await host_replica(replicas, host, change, self);
      continue;
    }
    const bool gone = change.kind == ReplicaChange::Kind::remove;
    const auto partition = replicas.forget(change.id.key);
    if (!gone) replicas.mark_remote(change.id.key);
    if (partition == nullptr) continue;
    const auto why = gone ? ReplicaErrc::unknown_topic_or_partition : ReplicaErrc::not_leader_or_follower;
    auto log = co_await delete_replica(partition, why);
    deleted.push_back(std::move(log));
    const auto future = co_await partition->give_up_future();
    if (future == nullptr) continue;
    auto future_log = co_await delete_future(future);
    deleted.push_back(std::move(future_log));
  }
  co_return deleted;
}

}  // namespace muir::server
