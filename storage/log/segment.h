#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "storage/disk/file_handle.h"
#include "storage/log/batch_scanner.h"
#include "storage/log/fresh_tail.h"
#include "storage/log/log_config.h"
#include "storage/log/offset_index.h"
#include "storage/log/time_index.h"
#include "storage/log/transaction_index.h"
#include "storage/log/verified_ranges.h"

namespace muir::storage {

// One segment of a partition's log: a file of whole record batches, oldest first, with its indexes.
// Format: docs/formats/segment.md.
// Owner: the Log holding it; used only on that Log's shard.  Only the newest segment of a log, the active one, grows.
class Segment {
 public:
  struct Place {
    Place(Disk& d, std::string dir, Offset offset) : disk(d), directory(std::move(dir)), base_offset(offset) {}

    Disk& disk;
    std::string directory;
    Offset base_offset;
  };

  // A new, empty segment; files of the same name are replaced.
  static Task<Result<std::shared_ptr<Segment>>> create(Place place, LogConfig config, std::int64_t now_ms);
  // The same for one that is there only as an object yet.  After a failure remove_files() is to follow.
  Task<Result<void>> create_files(LogConfig config);
  Task<Result<void>> remove_files();

  // The segment that is there, its log file `status`.  Its indexes are not looked at: load_indexes() or rebuild.
  static std::shared_ptr<Segment> existing(Place place, const LogConfig& config, const FileStatus& status,
                                           std::int64_t now_ms);

  Segment(const Place& place, const LogConfig& config, std::int64_t now_ms);

  Offset base_offset() const { return base_offset_; }
  std::uint32_t size_bytes() const { return size_bytes_; }
  std::uint64_t offset_index_bytes() const { return offset_index_.table().size_bytes(); }
  std::uint64_t time_index_bytes() const { return time_index_.table().size_bytes(); }
  std::int64_t modified_ms() const { return modified_ms_; }         // When it was last written.
  TimestampOffset max_timestamp() const { return max_timestamp_; }  // The offset is the last of its batch.
  std::int64_t largest_timestamp() const;  // max_timestamp(), or when the file was last written if no record has one.

  // Fails with corrupt_index when an index contradicts itself or the log file.
  Task<Result<void>> load_indexes();
  // Makes a loaded segment the active one.
  Task<Result<void>> open_for_append();
  // The offset after the last batch; the base offset of an empty segment.  Looks at the CRCs of the batches that it
  // passes.  Fails with corrupt_segment, corrupt_batch.
  Task<Result<Offset>> read_next_offset();
  // Does every batch begin where the one before ends?
  Task<Result<bool>> is_contiguous();

  // Are these batches, the last record of which has `last_offset`, to go to a new segment (Kafka's shouldRoll)?
  bool should_roll(const LogConfig& config, std::int64_t max_timestamp, Offset last_offset, std::size_t size_bytes,
                   std::int64_t now_ms) const;
  bool can_hold(Offset offset) const;  // Offsets are stored relative to the base, in 31 bits.

  // Writes `parts`, which are the batches of `headers`, by one call, and indexes them.  When the write fails the file
  // is cut back to where it was; `*cut_back` tells whether that worked.
  Task<Result<void>> append(std::span<const ByteView> parts, std::span<const BatchHeader> headers, std::int64_t now_ms,
                            bool* cut_back);

  // The active segment gets a successor: a last time index entry, indexes written, memory freed.
  Task<Result<void>> become_inactive();
  // What is in the log file is durable.  Of an inactive segment its indexes too; the active one's are rebuilt.
  Task<Result<void>> sync(bool with_indexes);
  // After the last sync(): writes and syncs the indexes, and gives descriptors back.
  Task<Result<void>> close();

  // The first batch whose last record is at or after `target`; nothing when the segment ends before.  Believes an index
  // entry only where the batch there is the one that the entry is about.  Fails with corrupt_segment when what stands
  // between cannot be walked, or `target` may have been in a batch whose offsets make no sense.
  Task<Result<std::optional<ScannedBatch>>> locate(Offset target);

  // Were the bytes from `position` on appended so lately that they are in memory as they were written?
  bool is_fresh(std::uint32_t position, std::int64_t now_ms) const { return fresh_.covers(position, now_ms); }
  // Of the whole batches [begin, end), how far they are what was written: the end of a batch, which may be lower than
  // `end` also because not everything is verified at once.  Computes CRCs, unless it has since the bytes came into
  // memory.  `segment_end_offset`: where the next segment, or what is appended next, begins.  Fails with corrupt_batch
  // when the first is wrong.
  Task<Result<std::uint32_t>> verified_end(std::uint32_t begin, std::uint32_t end, Offset segment_end_offset);
  // Where damage was found last.
  std::uint32_t damaged_at() const { return damaged_at_; }
  // Remembers `position`, if `error` is damage; yields it.
  Task<Result<Offset>> read_next_offset_from(std::uint32_t position);
  Error damaged(std::uint32_t position, Error error);
  // The largest batch boundary that is not above `end_max`, from the boundary `start` on, and the offset that begins
  // there; a lower one where the batches cannot be walked further.
  struct Boundary {
    std::uint32_t position = 0;
    Offset offset = kNoOffset;
  };
  Task<Result<Boundary>> boundary_before(std::uint32_t start, std::uint64_t end_max);
  // The first record at or after `from` with at least `timestamp`, found in the batches themselves.
  Task<Result<std::optional<TimestampOffset>>> find_by_timestamp(std::int64_t timestamp, Offset from,
                                                                 Offset segment_end_offset, Epoch* leader_epoch);
  // max_timestamp() was believed to the time index: looks whether the batch says the same, once, and at all batches if
  // it does not.  To be called before anything is deleted, or passed over, because of it.
  Task<Result<void>> check_max_timestamp();
  // The first record that has max_timestamp().
  Task<Result<std::optional<TimestampOffset>>> find_max_timestamp(Offset segment_end_offset, Epoch* leader_epoch);

  // The first index entry at or after `position`: no batch that begins before it ends above the entry's offset.
  Task<Result<std::optional<Offset>>> indexed_offset_from(std::uint64_t position);

  // The aborted transactions whose markers are in the segment.
  TransactionIndex& transaction_index() { return transaction_index_; }

  // Drops the batches from the one that contains `offset` on; returns how many bytes that was.  A file that a slice
  // pins is replaced by a copy: the slice keeps the old one.
  Task<Result<std::uint32_t>> truncate_to(Offset offset, std::int64_t now_ms);

  // Rebuilding, by whoever walks all batches (segment_recovery.h): begin, index every valid one, end where they end.
  // The indexes are in memory then; of one that is not the active segment become_inactive() writes them.
  void begin_rebuild();
  Result<void> index_batch(const BatchHeader& header, std::uint32_t position);
  // Without `may_cut` the rest of the file stays as it is.
  Task<Result<void>> end_rebuild(std::uint32_t valid_bytes, bool may_cut = true);

  Io<FilePtr> file() { return file_.get(); }
  const std::string& file_path() const { return file_.path(); }
  // Closes what is open and has no unsynced writes; it is opened again when it is needed.
  void release_files();
  // Renames all files of the segment, those that exist, by appending `suffix`; returns their new paths.
  Task<Result<std::vector<std::string>>> rename_with_suffix(std::string_view suffix);

 private:
  std::string path(std::string_view suffix) const;
  Task<Result<void>> write_out_indexes();
  Task<Result<void>> sync_indexes();
  Task<Result<void>> trim();
  Task<Result<void>> cut_file(std::uint32_t size_bytes);
  Task<Result<void>> replace_by_prefix(FilePtr old, std::uint32_t size_bytes);
  struct ScanStart {
    std::uint32_t position = 0;
    std::optional<Offset> last_offset;  // Of the batch there, as an index entry says.
    bool is_exact = false;              // Otherwise the batch may end before.
  };
  Task<Result<std::optional<ScannedBatch>>> scan_to(Offset target, ScanStart start);
  Task<Result<std::optional<ScannedBatch>>> locate_without(OffsetPosition entry, Offset target);
  Task<Result<std::uint32_t>> start_for_timestamp(TimestampOffset entry, Offset from);
  Task<Result<void>> load_max_timestamp();
  Task<Result<void>> scan_max_timestamp(std::uint32_t start);

  Disk& disk_;
  std::string directory_;
  Offset base_offset_;
  FileHandle file_;
  OffsetIndex offset_index_;
  TimeIndex time_index_;
  TransactionIndex transaction_index_;
  bool is_preallocated_;
  std::uint32_t size_bytes_ = 0;
  std::uint32_t index_interval_bytes_;
  std::size_t unfolded_bytes_max_;  // max.decompressed.message.bytes
  VerifiedRanges verified_;
  FreshTail fresh_;
  std::uint32_t damaged_at_ = 0;
  bool max_timestamp_is_checked_ = false;
  std::uint32_t last_indexed_ = 0;  // Position from which index_interval_bytes_ counts.
  TimestampOffset max_timestamp_;
  std::int64_t roll_jitter_ms_ = 0;
  std::int64_t created_ms_;
  std::int64_t modified_ms_;
  std::optional<std::int64_t> first_batch_timestamp_;  // Decides, with segment.ms, when to roll.
};

}  // namespace muir::storage
