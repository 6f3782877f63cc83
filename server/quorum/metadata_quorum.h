#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/quorum/metadata_listener.h"
#include "server/quorum/metadata_log.h"
#include "server/quorum/quorum_description.h"
#include "storage/raft/quorum_state.h"
#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/result.h"
#include "wire/base/task.h"

namespace muir::server {

// Where the records of one append() will stand.
struct AppendedRange {
  Offset base_offset;
  Offset end_offset;  // Exclusive.
};

// This node's replica of the metadata log: consensus (storage/raft) brought together with its files (MetadataLog).  It
// has no thread and no timer: run() is one coroutine on the controller's thread that does everything that waits for the
// disk, one thing at a time, in the order consensus demands; poll() lets it go on, and tells it the time.
//
// Records are appended in batches of at most 8 MiB, all that are waiting by one write and one sync; nothing counts that
// is not on the disk.  When the disk fails, nothing is appended or committed any more: run() ends with the reason, and
// the process must stop.  When it is merely full, what waits is withdrawn, and the next append is tried as if nothing
// had been.
//
//   auto quorum = MetadataQuorum::open(disk, params, clock);         // Blocking: on the pool, or at start-up.
//   (*quorum)->set_waker([&] { post([&] { quorum->poll(); }); });    // Never calls poll() itself: later, this thread.
//   (*quorum)->add_listener(controller);
//   tasks.spawn("metadata quorum", serve(**quorum));                 // Awaits run(): elects, replays, then serves.
//   const auto range = (*quorum)->append(epoch, records, true);      // At once; apply the records now.
//   const auto committed = co_await (*quorum)->committed(range->end_offset);
class MetadataQuorum {
 public:
  // Waiting appends are bounded: beyond this append() fails with too_many_records.
  static constexpr std::size_t kQueuedBytesMax = 64 << 20;

  struct Params {
    MetadataLog::Params log;
    storage::QuorumConfig quorum;
  };

  // Fails with not_the_only_voter, or what MetadataLog::open says.
  static Result<std::unique_ptr<MetadataQuorum>> open(storage::Disk& disk, Params params, const Clock& clock);
  ~MetadataQuorum();

  // Before run() only: what a start-up looks at first (stored_metadata.h).
  MetadataLog& log() { return *log_; }

  // Hears everything from the newest snapshot on; may be called before run() or while it runs.
  void add_listener(MetadataListener& listener);

  // Takes part in the quorum until stop(), or until the disk fails or consensus finds that committed records would be
  // lost.  Called once.
  Task<Result<void>> run();
  // Resigns if it leads, syncs, closes the log; run() then ends.
  void stop();

  // `wake` asks that poll() be called soon, on this thread, from an empty stack: at the next turn of its event loop.
  // What is appended within a turn is thus written together.
  void set_waker(std::function<void()> wake) { wake_ = std::move(wake); }
  // For the operator: the disk is full, and changes are refused; later, there is room again.
  void set_room_listener(std::function<void(bool has_room)> listener) { room_changed_ = std::move(listener); }
  // What opening the log has found.
  const storage::LogRecovery& recovery() const;
  // Goes on with what there is to do.  Also to be called at next_deadline().
  void poll();
  Instant next_deadline() const { return quorum_.next_deadline(clock_.now()); }

  // Appends records (whole frames) as the leader of `epoch`, and says at once where they will stand, so that they can
  // be applied before they are committed.  `atomic`: all in one batch, or batch_too_large.  Otherwise they may be cut
  // into several.  Fails with not_leader when `epoch` is not ours any more, too_many_records, log_failed.
  Result<AppendedRange> append(Epoch epoch, std::vector<OwnedBytes> records, bool atomic);

  // Ends when everything below `end` is committed.  Fails with not_leader when leadership went before that: whether the
  // records survive is then for the next leader to say.
  Task<Result<void>> committed(Offset end);

  std::int16_t kraft_version() const { return quorum_.voters().kraft_version(); }
  bool is_leader() const { return leader_epoch_.has_value(); }  // And may append().
  Epoch epoch() const { return quorum_.epoch(); }
  std::optional<NodeId> leader_id() const { return quorum_.leader_id(); }
  Offset high_watermark() const { return high_watermark_; }
  Offset log_end_offset() const { return next_offset_; }
  QuorumDescription describe();

  // Snapshots.  Of the state that a listener has after on_committed() up to `id`, which is a batch's end.  Written
  // beside everything else, whole or not at all; then older snapshots and the log below them are trimmed as
  // metadata.max.retention.* say.  Fails with invalid_snapshot.
  Task<Result<void>> write_snapshot(storage::OffsetAndEpoch id, std::int64_t last_contained_timestamp_ms,
                                    std::vector<OwnedBytes> records);
  // By metadata.log.max.record.bytes.between.snapshots or metadata.log.max.snapshot.interval.ms, one is due.
  bool snapshot_is_due() const;

 private:
  struct Listening {
    MetadataListener* listener;
    std::optional<Offset> next;       // None: has heard nothing yet.
    std::optional<Epoch> told_leads;  // on_leader() was called for it.
  };
  struct QueuedBatch {
    Offset base_offset;
    Offset end_offset;
    OwnedBytes bytes;
  };
  struct CommitWaiter {
    Offset end;
    Completion<Result<void>>* done;
  };

  MetadataQuorum(std::unique_ptr<MetadataLog> log, Params params, const Clock& clock);

  Task<Result<void>> serve();
  Task<Result<void>> carry_out_all();
  Task<Result<void>> carry_out(storage::Action action);
  Task<Result<void>> append_epoch_start(storage::AppendEpochStart opening);
  Task<Result<void>> write_queue();
  Task<Result<void>> sync();
  Task<Result<void>> bring_listeners_up_to_date();
  Task<Result<void>> bring_up_to_date(Listening& listening);
  Task<Result<void>> load_snapshot(Listening& listening, storage::OffsetAndEpoch id);
  Task<Result<void>> check_snapshot_id(storage::OffsetAndEpoch id);
  void deliver(Listening& listening, const ReadBatch& batch);
  void lose_leadership();
  Task<Result<void>> withdraw_queue();
  void note_room(bool has_room);
  void forget_queue();
  void finish_waiters();
  void fail_waiters(Error error);
  void enqueue(storage::Actions actions);
  bool has_work() const;
  std::int64_t wall_ms_of(std::optional<Instant> instant) const;

  std::unique_ptr<MetadataLog> log_;
  Params params_;
  storage::QuorumState quorum_;
  const Clock& clock_;

  std::deque<storage::Action> actions_;
  std::vector<QueuedBatch> queue_;  // Appended by the leader, not yet written.
  std::size_t queued_bytes_ = 0;
  Offset next_offset_;  // The end of the log, with what is queued.
  Offset high_watermark_{0};
  std::optional<Epoch> leader_epoch_;  // None: append() fails.
  Offset epoch_start_;
  bool has_no_room_ = false;  // As the room listener was told last.
  Instant no_room_at_;
  std::deque<Listening> listeners_;
  std::vector<CommitWaiter> waiters_;
  std::function<void()> wake_ = [] {};
  std::function<void(bool)> room_changed_ = [](bool) {};
  std::unique_ptr<Completion<bool>> idle_;  // run() waits here for something to do.
  bool listeners_are_behind_ = false;
  bool has_failed_ = false;
  bool is_stopping_ = false;
  bool has_started_ = false;

  std::uint64_t bytes_since_snapshot_ = 0;
  Instant last_snapshot_at_;
};

}  // namespace muir::server
