#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "server/config/broker_config.h"
#include "server/replica/cleaner_checkpoints.h"
#include "server/replica/hosted_replicas.h"
#include "server/replica/periodic.h"
#include "server/runtime/pool.h"
#include "storage/log/cleaner_plan.h"
#include "storage/log/cleaner_throttle.h"
#include "storage/log/cleaning_round.h"

namespace muir::server {

// Keeps the logs with cleanup.policy=compact compact: again and again the filthiest of them is cleaned, by as many
// rounds at a time as log.cleaner.threads says (Kafka's LogCleaner and LogCleanerManager).
//
// What is read and written is so on the pool, in slices; the logs are asked, and given what was made, at home.  A log
// that cannot be cleaned is left alone until the next start, and everybody is told by one line.
//
// Owner: the ReplicaManager; used on its shard.  Settings: log.cleaner.*, all of which may change meanwhile.
class LogCleaner {
 public:
  // Everything passed outlives it.
  LogCleaner(Shard& shard, HostedReplicas& replicas, LogManager& logs, Pool& pool,
             std::shared_ptr<const BrokerConfig> config);

  // Begins: reads the checkpoints first.
  void start();
  void set_broker_config(std::shared_ptr<const BrokerConfig> config);
  // Ends what is under way at its next slice, and begins nothing more.
  Task<void> stop();

  // Cleans the filthiest log; false when none is worth it, or it could not be cleaned now.
  Task<bool> clean_filthiest();
  // Removes old segments of compacted logs: those that cleanup.policy=compact,delete lets go, or DeleteRecords.
  Task<void> delete_old_segments();

 private:
  struct Candidate {
    PartitionKey key;
    std::string dir;
    storage::PartitionName name;
    storage::CleanableLog log;
    std::optional<Offset> truncated_to;
    storage::CleanableOffsets offsets;
    storage::Dirtiness dirt;
    std::int64_t delay_ms = 0;
  };
  struct Hosted {
    std::vector<Candidate> compacted;
    std::map<std::string, std::set<storage::PartitionName>> names;  // Of all, by directory.
  };

  static Task<Hosted> hosted_at_home(ShardReplicas& replicas);
  Task<Hosted> collect();
  Task<std::optional<Candidate>> choose();
  Task<void> judge(Candidate& candidate);
  Task<void> load_checkpoints();
  Task<void> write_checkpoints();
  Task<void> run(std::size_t thread);
  Task<bool> sleep();
  void wake();
  Task<bool> clean(Candidate candidate);
  Task<Result<void>> carry_out(storage::CleaningRound& round, PartitionKey key);
  void give_up(const Candidate& candidate, const Error& error);
  storage::CleanerResources resources() const;

  Shard& shard_;
  HostedReplicas& replicas_;
  LogManager& logs_;
  Pool& pool_;
  std::shared_ptr<const BrokerConfig> config_;
  Periodic throttled_;         // Sleeps within a round, as the throttle says.
  std::set<Sleep*> sleeping_;  // Between rounds; new settings wake them.
  TaskGroup tasks_;
  storage::CleanerThrottle throttle_;
  CleanerCheckpoints checkpoints_;
  storage::AppendQueue choosing_;  // One at a time, so that two do not take the same log.
  storage::AppendQueue writing_;   // Of checkpoints: an older one must not replace a newer.
  std::map<std::string, std::set<storage::PartitionName>> hosted_;  // As seen last.
  std::unordered_set<PartitionKey> in_progress_;
  std::unordered_set<PartitionKey> uncleanable_;
  std::size_t threads_ = 0;
  bool is_loaded_ = false;
  bool is_stopping_ = false;
};

}  // namespace muir::server
