#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/replica/log_manager.h"

namespace muir::server {

// The one time when several threads work on a LogManager: opening all logs at start-up.  Directories do not hold each
// other up; within one, its threads take one partition after the other.
class LogLoading {
 public:
  LogLoading(LogManager& manager, const LogLoadPlan& plan) : manager_(manager), plan_(plan) {}

  Result<void> run();

 private:
  struct Dir {
    LogManager::Managed* managed;
    bool was_clean = false;
    DirCheckpoints checkpoints;
    std::vector<storage::FoundPartition> found;
    std::size_t next = 0;  // The rest is guarded by the mutex.
    std::size_t done = 0;
    std::uint64_t bytes_recovered = 0;
    Instant began{};
    Instant told_at{};
    bool has_lower_recovery_points = false;  // Than the checkpoint says.
    Error failure;
  };

  Result<void> prepare(Dir& dir);
  void tell_progress(Dir& dir);
  void tell_recovery(Dir& dir, const storage::Log& log);
  void work(Dir& dir);
  Result<void> load(Dir& dir, const storage::FoundPartition& found);
  Result<void> open(Dir& dir, const storage::FoundPartition& found, const PartitionKey& key);
  bool is_unfinished(const storage::FoundPartition& found) const;
  Result<void> make_stray(const Dir& dir, const storage::FoundPartition& found);
  void lower_recovery_points(Dir& dir);
  void give_up(Dir& dir);
  bool is_in_assigned_dir(const PartitionKey& key, const storage::Log& log) const;
  Result<void> resolve(const PartitionKey& key, OpenedLog second);
  Result<void> promote_abandoned();
  Result<void> promote(const PartitionKey& key, OpenedLog future);

  LogManager& manager_;
  const LogLoadPlan& plan_;
  std::mutex mutex_;
  std::vector<Dir> dirs_;
  std::vector<std::pair<PartitionKey, OpenedLog>> duplicates_;  // Of logs that are loaded; guarded by the mutex.
};

}  // namespace muir::server
