#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "storage/disk/disk.h"
#include "storage/log/aborted_txn.h"
#include "storage/log/append_info.h"
#include "storage/log/append_queue.h"
#include "storage/log/corrupt_batch.h"
#include "storage/log/errc.h"
#include "storage/log/file_names.h"
#include "storage/log/leader_epochs.h"
#include "storage/log/log_config.h"
#include "storage/log/position_cache.h"
#include "storage/log/producer_snapshots.h"
#include "storage/log/producer_state.h"
#include "storage/log/record_rejection.h"
#include "storage/log/segment_list.h"
#include "storage/log/segment_trash.h"
#include "wire/base/clock.h"
#include "wire/base/uuid.h"

namespace muir::storage {

struct AppendTarget;  // record_validator.h
struct CleanableLog;  // cleanable_log.h
struct LastRecord;    // cleanable_log.h
struct SegmentSwap;   // cleanable_log.h
using ActiveProducers = std::unordered_map<ProducerId, LastRecord>;

// How a partition's directory is opened.
struct LogOpenParams {
  std::string directory;  // "<log dir>/<topic>-<partition>"; created when it is not there.
  LogConfig config;
  std::optional<Uuid> topic_id;  // Written to partition.metadata when it has none; must agree when it has one.
  bool clean_shutdown = false;   // The log dir had .kafka_cleanshutdown: segments are trusted as they are.
  Offset recovery_point{0};      // From the checkpoint: everything below was synced.
  Offset log_start_offset{0};    // From the checkpoint.
  bool may_cut = true;           // False: bytes that are no batches are no torn tail, but damage: do not open.
  // Of a directory that is not there yet: whose epoch begins with its first record, if that is known.
  std::optional<Epoch> first_epoch;
};

// What opening a log has done to it, for whoever tells the operator.
struct LogRecovery {
  std::uint64_t bytes_walked = 0;  // Whose CRCs were computed.
  std::uint64_t bytes_cut = 0;     // Of the first segment that ended in something that was no batch.
  std::string cut_file;
  std::uint32_t cut_position = 0;
  std::string mended;  // What else was found wrong, and put right; empty: nothing.
};

// Whole batches to be sent, and where they begin.
struct LogSlice {
  FileSlice bytes;                 // Empty (no file) when there is nothing to read yet.
  Offset base_offset = kNoOffset;  // Of the first batch; may be below the offset that was asked for.
  Offset segment = kNoOffset;      // The base offset of the segment that was looked into; -1: none was.
};

// A record's place by its time, as ListOffsets answers it.
struct TimestampedOffset {
  std::int64_t timestamp = kNoTimestamp;
  Offset offset = kNoOffset;
  Epoch leader_epoch = kNoEpoch;

  bool operator==(const TimestampedOffset&) const = default;
};

// One replica of one partition: its batches in segments, their indexes, leader epochs and idempotent producers, as
// files that Apache Kafka reads and writes too (docs/formats/log-directory.md).
//
// Owner: one shard.  It is opened (and recovered) off it, on a pool thread, then handed over.  Every call that changes
// the log waits its turn, so that appends keep their order however long the disk takes; reads do not wait, they see
// what has been appended completely.  After a failed write that could not be undone, or a failed sync, every further
// change fails with Errc::log_offline.  Destroyed only when no call is under way.
class Log {
 public:
  // Loads the segments.  After an unclean stop walks the batches' CRCs from the recovery point on, cuts the log at the
  // first that is torn or wrong, and rebuilds indexes, leader epochs and producer state (Kafka's LogLoader).
  // Blocking: `disk` must answer inline.  Fails with inconsistent_topic_id, corrupt_segment, or with what the
  // disk said; then nothing was removed.
  static Result<std::unique_ptr<Log>> open(Disk& disk, LogOpenParams params, const Clock& clock);
  ~Log();

  const std::string& directory() const { return directory_; }
  std::optional<Uuid> topic_id() const { return topic_id_; }
  const LogConfig& config() const { return config_; }
  void set_config(LogConfig config) { config_ = std::move(config); }
  bool is_offline() const { return offline_; }

  Offset log_start_offset() const { return log_start_offset_; }
  Offset log_end_offset() const { return log_end_offset_; }  // Exclusive: the next offset to be assigned.
  Offset recovery_point() const { return recovery_point_; }  // Everything below is on stable storage.
  Offset high_watermark() const { return high_watermark_; }
  Offset last_stable_offset() const;  // The first record of an open transaction, or the HW.
  std::uint64_t size_bytes() const { return segments_.size_bytes(); }
  std::size_t segment_count() const { return segments_.size(); }

  // The high watermark belongs to storage/replication, which tells it to the log: reads at read_committed, deletion and
  // the log start offset are bounded by it.  Clamped to [log_start_offset, log_end_offset].
  void set_high_watermark(Offset high_watermark);

  const LeaderEpochs& leader_epochs() const { return epochs_; }
  const ProducerState& producers() const { return producers_; }

  // Called when a partition gets a leader before anything of the epoch is appended (Kafka's assignEpochStartOffset).
  Task<Result<void>> assign_epoch_start_offset(Epoch epoch, Offset start_offset);

  // Validates a producer's batches, assigns offsets and the leader epoch in place (or rewrites the batches where
  // compression.type or LogAppendTime ask for it), checks sequences, rolls when due, and writes all batches by one
  // gathered write.  All of `records` or nothing.  `records` stays alive and untouched until the task has ended.
  // Not durable yet: when flush_is_due(), the caller flush()es before it counts on them; so the next append need not
  // wait for the disk.  When the records themselves are refused, `*rejection` says why.  The Raft leader's batches have
  // their offsets and epoch already and are taken as they are.
  Task<Result<AppendInfo>> append_as_leader(MutableByteView records, Epoch leader_epoch,
                                            AppendOrigin origin = AppendOrigin::client,
                                            RecordRejection* rejection = nullptr);

  // Appends a leader's batches as they are: offsets, epochs and timestamps are theirs.  Batches of a later epoch than
  // `leader_epoch` are left out, with all that follow.  Fails with unexpected_append_offset and offsets_out_of_order.
  // With flush.messages reached, ends only when the batches are durable.
  Task<Result<AppendInfo>> append_as_follower(ByteView records, Epoch leader_epoch);

  // Whole batches from the one that contains `from`, all from one segment, up to `bytes_max` bytes and to the batch
  // that contains `upper_bound`.  With `at_least_one_batch` the first is returned whatever its size (KIP-74).  Empty
  // when there is nothing below `upper_bound` yet.  Ready without I/O at the tail, where all is fresh.  Of anything
  // else the CRCs are computed first, unless they were since the bytes are in memory (ADR 069); where one is wrong the
  // slice ends.  Fails with offset_out_of_range, corrupt_batch and corrupt_segment: then corruption() says where.
  Io<LogSlice> read(Offset from, std::uint64_t bytes_max, bool at_least_one_batch, Offset upper_bound);

  // The aborted transactions that reach into [from, upper), by the offset of their markers; perhaps some that lie
  // outside too.
  Task<Result<std::vector<AbortedTxn>>> aborted_transactions(Offset from, Offset upper);
  // Those that a read_committed reader needs for `slice`, which it read from `from`: exactly what Kafka tells it, as
  // far as the sparse index knows where the slice ends.  Ready without I/O where there are none.
  Io<std::vector<AbortedTxn>> aborted_transactions_in(const LogSlice& slice, Offset from);
  const LogRecovery& recovery() const { return recovery_; }

  // The damage that was met last.
  const CorruptBatch& corruption() const { return corruption_; }

  // The first record at or after log_start_offset whose timestamp is at least `timestamp`; nothing when there is none.
  Task<Result<std::optional<TimestampedOffset>>> offset_for_timestamp(std::int64_t timestamp);
  // The first record that has the largest timestamp of the log (KIP-734); nothing in an empty log.
  Task<Result<std::optional<TimestampedOffset>>> offset_of_max_timestamp();
  TimestampedOffset earliest_offset() const;  // EARLIEST (-2): its epoch only where the epoch is still known.
  TimestampedOffset latest_offset() const;    // The log end offset, with the latest epoch.

  // Removes everything from the batch that contains `offset` on, or, with an offset below the first segment,
  // everything; returns how many offsets that were.  Lowers the log start offset, the high watermark and the recovery
  // point where they were above; the caller then writes the recovery point checkpoint, before anything is appended.
  Task<Result<std::int64_t>> truncate_to(Offset offset);

  // Removes everything; the next offset is `offset`, the log start offset the same or `log_start_offset`.
  Task<Result<void>> truncate_fully_and_start_at(Offset offset, std::optional<Offset> log_start_offset = std::nullopt);

  // DeleteRecords, and a follower hearing of its leader's.  Returns by how much it moved; an offset that is below
  // already moves nothing.  Fails with offset_out_of_range above the high watermark.  Segments below go with the next
  // delete_old_segments().
  Task<Result<std::int64_t>> increment_log_start_offset(Offset offset);

  // Removes the segments that retention.ms, retention.bytes or the log start offset have passed, oldest first and only
  // below the high watermark; returns how many.  Their files vanish file.delete.delay.ms later (do_chores).
  Task<Result<std::size_t>> delete_old_segments();

  // What the cleaner plans and works by, on other threads, while the log goes on.
  CleanableLog cleanable() const;
  ActiveProducers active_producers() const;
  // The lowest offset that the log was cut at since the last call: what lies above it was not cleaned, whatever a
  // checkpoint says.
  std::optional<Offset> take_lowest_truncation() { return std::exchange(lowest_truncation_, std::nullopt); }

  // Puts a cleaned segment, whose files wait as ".cleaned", in the place of those that it was made of: a crash at any
  // time leaves the old ones, or is completed when the log is opened.  Fails with segments_changed when retention or a
  // truncation came first: then nothing was touched.  Any failure of the disk takes the log offline.
  Task<Result<void>> replace_segments(SegmentSwap swap);

  // Starts a new segment; its base offset is returned.
  Task<Result<Offset>> roll();

  // Everything appended before the call is on stable storage when it ends.  Calls that overlap share their syncs.
  Task<Result<void>> flush();
  bool flush_is_due() const { return log_end_offset_ - recovery_point_ >= config_.flush_messages; }  // flush.messages

  // What is due and must not hold up an append: syncs of rolled segments, flush.ms, files whose delay is over.  The
  // owner calls it from time to time while has_timed_chores(), and soon after has_chores() became true.
  Task<Result<void>> do_chores();
  bool has_chores() const { return roll_flush_offset_ > recovery_point_; }
  bool has_timed_chores() const;

  // Those that wrote nothing for producer.id.expiration.ms.
  void forget_expired_producers();

  // Clean stop: syncs everything and takes a producer snapshot.  Then .kafka_cleanshutdown may be written.
  Task<Result<void>> close();

  // Renames the directory to "<topic>-<partition>.<32 hex digits>-delete" and closes; yields the new path, to be
  // removed with remove_partition_directory() (log_directory.h) after file.delete.delay.ms.
  Task<Result<std::string>> mark_deleted();

 private:
  friend class LogLoader;
  struct Batches;  // What an append is about to write (log_append.cc).

  Log(Disk& disk, LogOpenParams params, const Clock& clock);

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  Result<void> usable() const;
  // Marks the log offline, unless the disk is merely full: then disk_full, and the caller has undone what it began.
  Error failed(Error error);

  // On any thread.
  static Result<void> validate(MutableByteView records, const LogConfig& config, const AppendTarget& target,
                               Batches& batches, RecordRejection& rejection);
  Task<Result<void>> validate_aside(MutableByteView records, const AppendTarget& target, Batches& batches,
                                    RecordRejection& rejection);
  Result<void> take_given(ByteView records, Epoch leader_epoch, Batches& batches);
  Task<Result<AppendInfo>> append_given(ByteView records, Epoch leader_epoch, AppendOrigin origin);
  Task<Result<AppendInfo>> append_in_turn(Batches& batches);
  Task<Result<void>> write_batches(const Batches& batches, const AppendInfo& info);
  void assign_epochs(const Batches& batches);
  Task<Result<void>> maybe_roll(const Batches& batches, const AppendInfo& info);
  Task<Result<void>> roll_to(Offset base_offset);
  Task<Result<void>> flush_up_to(Offset offset);
  Task<Result<void>> sync_segments(Offset begin, Offset end);
  Task<Result<void>> write_epochs();
  Task<Result<void>> sync_epochs();
  Task<Result<void>> sync_names();
  Task<Result<void>> write_epochs_if_there_is_room();
  Task<Result<void>> prepare_roll(std::shared_ptr<Segment> old, std::shared_ptr<Segment> created);

  std::optional<LogSlice> read_from_memory(Offset from, std::uint64_t bytes_max, Offset upper_bound) const;
  Task<Result<LogSlice>> read_from_disk(Offset from, std::uint64_t bytes_max, bool at_least_one_batch,
                                        Offset upper_bound);
  Task<Result<std::vector<AbortedTxn>>> collect_aborted_in(LogSlice slice, Offset from);
  Task<Result<LogSlice>> hand_out(std::shared_ptr<Segment> segment, Offset segment_end_offset, LogSlice slice,
                                  Offset asked);
  Offset end_offset_of(std::size_t index) const;
  Error read_failed(const Segment& segment, Offset asked, Error error);
  Task<Result<void>> check_max_timestamps();
  Task<Result<std::int64_t>> truncate_in_turn(Offset offset);
  Task<Result<void>> truncate_fully_in_turn(Offset offset, Offset log_start_offset);
  Task<Result<void>> rebuild_producers();
  template <class Condition>
  std::size_t count_deletable(Condition condition) const;
  std::size_t deletable_by_start_offset() const;
  std::size_t deletable_by_size() const;
  std::size_t deletable_by_time() const;
  Task<Result<std::size_t>> delete_oldest(std::size_t count);
  Task<Result<void>> discard(std::shared_ptr<Segment> segment);
  void raise_log_start_offset(Offset offset);
  void note_truncation(Offset offset);
  bool has_replaced(const SegmentSwap& swap) const;
  Task<Result<void>> swap_in(SegmentSwap swap);
  Task<Result<void>> remove_replaced(SegmentSwap swap);
  Task<Result<void>> rename_all(Offset base_offset, std::string_view from, std::string_view to);

  Disk& disk_;
  const Clock& clock_;
  std::string directory_;
  PartitionDirectory name_;  // What the directory's name says.
  LogConfig config_;
  std::optional<Uuid> topic_id_;
  bool offline_ = false;
  bool closed_ = false;
  // Names that a crash may undo; the next flush syncs them, and nothing before it promises that anything is durable.
  bool has_unsynced_names_ = false;  // In the directory.
  bool is_unsynced_name_ = false;    // The directory's own.

  SegmentList segments_;  // Never empty once open.
  LeaderEpochs epochs_;
  // Every batch says its epoch, so that their file is written when batches are synced, and no earlier: a broker that
  // becomes leader of thousands of partitions would have thousands to write.
  bool epochs_are_unwritten_ = false;  // The file lacks something.
  bool epochs_are_unsynced_ = false;
  ProducerState producers_;
  ProducerSnapshots snapshots_;
  SegmentTrash trash_;
  mutable PositionCache positions_;
  CorruptBatch corruption_;
  LogRecovery recovery_;

  // Invariant: log_start_offset_ <= high_watermark_ <= log_end_offset_, recovery_point_ <= log_end_offset_.
  Offset log_start_offset_;
  Offset high_watermark_;
  Offset log_end_offset_;
  Offset recovery_point_;
  Offset roll_flush_offset_{0};  // Below it lie rolled segments that a chore is to sync.
  std::int64_t last_flush_ms_;
  std::uint64_t truncations_ = 0;
  std::optional<Offset> lowest_truncation_;

  AppendQueue changes_;       // Who may change the log.
  AppendQueue flushes_;       // Who may sync it; taken after changes_ where both are needed.
  AppendQueue epoch_writes_;  // Who may write the epochs' file; taken last.
};

}  // namespace muir::storage
