#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "server/coordinator/state_machine/state_machine.h"
#include "server/replica/partition.h"
#include "server/runtime/shard.h"
#include "storage/log/append_queue.h"
#include "wire/base/task.h"
#include "wire/codec/error_code.h"
#include "wire/record/batch.h"
#include "wire/record/compression.h"

namespace muir::server {

// How a coordinator writes.
struct LogWrites {
  std::chrono::milliseconds commit_timeout{5'000};  // offsets.commit.timeout.ms: until the replicas have it.
  wire::Compression compression;                    // offsets.topic.compression.codec
};

// A coordinator at work: a StateMachine on one partition of an internal topic that this broker leads.  Loads it by
// replaying the log, then carries out commands one at a time:
//
//   decide -> append to the log -> replay what was appended -> answers that need no log
//          -> wait until it is committed -> tell the machine, answer the rest
//
// Nothing is replayed that the log has not accepted, so there is nothing to roll back: a command that fails leaves the
// state as it was, and a lost leadership throws all of it away.  A command without records ends when everything is
// committed that it may have seen, so that no answer tells of what a new leader may not know.
//
// Owner: its coordinator, on the partition's shard.  Limit: what one command may write is the topic's
// max.message.bytes (or several times that where the machine says that it need not be atomic).
class StateMachinePartition final : private Timer {
 public:
  using Decide = std::function<void(Moment now, Effects& effects)>;

  StateMachinePartition(Shard& shard, std::shared_ptr<Partition> partition, std::unique_ptr<StateMachine> machine,
                        LogWrites writes);
  ~StateMachinePartition() override;

  // Replays the whole log; commands fail with COORDINATOR_LOAD_IN_PROGRESS until it has ended.  A log that cannot be
  // read leaves it failed: then commands get NOT_COORDINATOR.
  Task<void> load();

  // Lets the machine decide.  NONE, or what a client is to hear: COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR before
  // `decide` was called; else what became of the records.
  Task<wire::ErrorCode> execute(Decide decide);

  // Everybody who waits is sent away; ends when nothing of it runs any more.
  Task<void> unload();

  bool is_active() const { return state_ == State::active; }
  bool is_loading() const { return state_ == State::loading; }
  StateMachine& machine() { return *machine_; }

 private:
  enum class State { loading, active, failed, unloaded };

  void fired() override;
  void rearm();
  Moment now() const;
  wire::ErrorCode refusal() const;
  Task<Result<void>> replay_log();
  Task<Result<OwnedBytes>> read(Offset from, Offset end);
  Result<Offset> replay_batches(ByteView bytes);
  Result<void> replay_batch(const wire::BatchView& batch);
  Task<wire::ErrorCode> decide_in_turn(const Decide& decide, Effects& effects);
  Task<Result<void>> append(const Effects& effects);
  Task<Result<void>> append_batch(std::span<const CoordinatorRecord> records);
  Task<wire::ErrorCode> settle(Effects effects, wire::ErrorCode failure);
  Task<void> run_timers();

  Shard& shard_;
  std::shared_ptr<Partition> partition_;
  std::unique_ptr<StateMachine> machine_;
  const LogWrites writes_;
  State state_ = State::loading;
  Offset appended_end_{0};
  std::size_t unreadable_ = 0;  // Records that the machine could not read.
  storage::AppendQueue turns_;
  TaskGroup timers_running_;
  std::size_t executing_ = 0;
  Completion<bool>* all_settled_ = nullptr;
};

}  // namespace muir::server
