#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/replica/hosted_replicas.h"
#include "server/replica/log_manager.h"
#include "storage/replication/registration.h"

namespace muir::server {

// What new metadata means for one partition that is, or was, on this broker.
struct ReplicaChange {
  enum class Kind {
    host,    // It is assigned here: lead or follow, after opening its log if it is new.
    remote,  // It exists, but not here any more.
    remove,  // It exists no more.
  };
  Kind kind = Kind::host;
  TopicIdPartition id;
  storage::PartitionRegistration registration;
  storage::LogConfig config;
  std::int32_t min_insync_replicas = 1;
  bool is_new = false;              // It did not exist before, so that no directory can hold a former replica.
  Uuid directory;                   // Where the controller wants it.
  std::optional<OpenedLog> log;     // Its log, if it was not hosted before.
  std::optional<OpenedLog> future;  // And the one that was to take its place.
  Error open_error;                 // Why there is none.
};

// A log that has left its partition's place.
struct DeletedLog {
  std::string directory;   // Where it was.
  std::string renamed_to;  // Where it waits for its removal; empty if it could not be renamed.
  std::int64_t delay_ms = 0;
};

// Carries out the changes of partitions at home on this shard, in order.  Yields what was deleted.
Task<std::vector<DeletedLog>> apply_at_home(ShardReplicas& replicas, const PartitionHost& host,
                                            std::vector<ReplicaChange>& changes, NodeId self);

}  // namespace muir::server
