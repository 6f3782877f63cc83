#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/runtime/timer_wheel.h"
#include "storage/log/append_queue.h"
#include "storage/log/log.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// A second log of a partition, in another log directory, that is filled from the current one and then takes its place
// (AlterReplicaLogDirs, KIP-113).  It copies as a follower does: batches as they are, with their offsets, epochs and
// producers; it truncates where the two logs differ, and begins anew where the current log begins later.
//
// Owner: the Partition whose current log it copies; used on that shard only.  Whoever waits keeps it alive.
class FutureReplica {
 public:
  explicit FutureReplica(std::unique_ptr<storage::Log> log) : log_(std::move(log)) {}

  struct Step {
    std::uint64_t size_bytes = 0;  // That were copied.
    bool is_caught_up = false;     // The two logs ended at the same offset when the step did.
  };
  // Copies at most `bytes_max` bytes, but a whole batch.  Fails with move_cancelled, or what either log said: the one
  // that is_offline() then, if any, is to blame.
  Task<Result<Step>> copy_from(std::shared_ptr<storage::Log> current, Epoch leader_epoch, std::uint64_t bytes_max);

  // Everything copied so far is on stable storage.
  Task<Result<void>> flush();

  // Adopts what no batch carries, syncs, and closes: then the directory can be renamed.  To be called when caught up,
  // while nothing is appended to `current`.
  Task<Result<void>> finish(const storage::Log& current);

  // For a clean stop: the next start goes on with it.
  Task<Result<void>> close();
  // Renames the directory for deletion; yields its new path.
  Task<Result<std::string>> discard();

  // Nobody wants it any more: steps fail from now on, and who sleeps wakes.
  void cancel();
  bool is_cancelled() const { return is_cancelled_; }
  bool is_finished() const { return is_finished_; }  // Closed: it takes the current log's place, or is of no use.
  // False if it was cancelled meanwhile.
  Task<bool> sleep_until(TimerWheel& timers, Instant time);

  storage::Log& log() { return *log_; }
  const storage::Log& log() const { return *log_; }

  // The controller was told that the replica lies here; taken back when the move is cancelled.
  bool is_assigned = false;

 private:
  Task<Result<void>> align(const storage::Log& current);
  Task<Result<void>> truncate_to(Offset offset);
  Task<Result<void>> restart_at(Offset offset);
  Task<Result<std::uint64_t>> copy_slice(storage::Log& current, Epoch leader_epoch, std::uint64_t bytes_max);
  Task<Result<void>> follow_offsets(const storage::Log& current);

  std::unique_ptr<storage::Log> log_;
  storage::AppendQueue turn_;  // A step, or its end: one at a time.
  Sleep* sleeping_ = nullptr;
  bool is_cancelled_ = false;
  bool is_finished_ = false;
};

}  // namespace muir::server
