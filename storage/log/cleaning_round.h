#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "storage/log/cleaned_segment.h"
#include "storage/log/offset_map_builder.h"
#include "storage/log/record_retention.h"

namespace muir::storage {

// What a cleaner may use.
struct CleanerResources {
  std::uint64_t map_bytes = 0;      // Its share of log.cleaner.dedupe.buffer.size.
  double map_load_factor = 0.9;     // log.cleaner.io.buffer.load.factor
  std::size_t io_buffer_bytes = 0;  // Its share of log.cleaner.io.buffer.size, for reading and for writing each.
};

// One log is cleaned once (Kafka's Cleaner): the dirty part is read for its keys, then everything up to there is
// written again, group of segments by group, without what is obsolete.
//
//   for (;;) {
//     progress = round.advance(slice);          on a thread that may block
//     if (segment_ready) log.replace_segments(round.ready()), round.swapped();   at the log's home
//     if (finished) checkpoint round.end_offset()
//   }
//
// Touches no Log and no Segment: it reads closed segments by the names of their files, and writes files of its own.
class CleaningRound {
 public:
  enum class Progress { working, segment_ready, finished };

  // `aborted`: the aborted transactions of the log below plan.first_uncleanable.
  CleaningRound(Disk& disk, CleanableLog log, CleaningPlan plan, std::vector<AbortedTxn> aborted,
                CleanerResources resources);
  CleaningRound(const CleaningRound&) = delete;
  CleaningRound& operator=(const CleaningRound&) = delete;

  // Works on, some `bytes_max` bytes.  After a failure nothing has changed but ".cleaned" files: abandon().
  Result<Progress> advance(std::uint64_t bytes_max);

  // After segment_ready: what the log is to take; and that it has.
  SegmentSwap ready() const;
  void swapped();

  // Removes what was not finished.
  void abandon();

  // When finished: below it the log is clean, and the next round begins there.
  Offset end_offset() const { return map_.latest_offset() + 1; }

  const CleanableLog& log() const { return log_; }
  const CleanerStats& stats() const { return stats_; }
  double map_utilization() const { return map_.utilization(); }
  std::uint64_t bytes_moved() const { return stats_.map_bytes_read + stats_.bytes_read + stats_.bytes_written; }

 private:
  Result<Progress> clean(std::uint64_t bytes_max);
  Result<void> begin_group();
  Result<void> clean_batch();
  Result<void> write_out();
  Result<void> finish_group();

  Disk& disk_;
  CleanableLog log_;
  CleaningPlan plan_;
  std::vector<AbortedTxn> aborted_;
  CleanerResources resources_;
  CleanerStats stats_;
  CleanerOffsetMap map_;
  std::optional<OffsetMapBuilder> builder_;  // While the map is built.
  RecordRetention retention_;
  CleanedTransactions transactions_;
  std::vector<SegmentRange> groups_;
  std::size_t group_ = 0;
  std::size_t segment_ = 0;  // Of log_.segments, in the group.
  std::optional<CleanedSegment> cleaned_;
  std::optional<SegmentBatches> batches_;
  OwnedBytes out_;
};

}  // namespace muir::storage
