#pragma once

#include <vector>

#include "storage/log/cleaned_transactions.h"
#include "storage/log/cleaner_offset_map.h"
#include "storage/log/record_retention.h"
#include "storage/log/segment_batches.h"

namespace muir::storage {

// The first half of a round of cleaning: reads the dirty part of a log and notes where each key stands last.  Keys of
// aborted transactions are not noted.  When the map is full it stops before the batch that did not fit.
class OffsetMapBuilder {
 public:
  // All of them outlive it.  `aborted`: those that reach beyond plan.first_dirty.
  OffsetMapBuilder(Disk& disk, const CleanableLog& log, CleaningPlan plan, const std::vector<AbortedTxn>& aborted,
                   std::size_t io_buffer_bytes, CleanerOffsetMap& map, CleanerStats& stats);

  enum class Progress { reading, built };

  // Reads on, some `bytes_max` bytes.  Fails with corrupt_batch, corrupt_segment, cleaner_map_full, or what the disk
  // said.
  Result<Progress> advance(std::uint64_t bytes_max);

 private:
  Result<void> take(const BatchHeader& header, ByteView bytes);
  Result<void> take_records(const wire::BatchView& batch);
  Result<void> take_old(const BatchHeader& header, ByteView bytes);
  void find(const wire::RecordView& record);
  void note_found();
  Result<Progress> finish();

  Disk& disk_;
  const CleanableLog& log_;
  CleaningPlan plan_;
  std::size_t io_buffer_bytes_;
  CleanerOffsetMap& map_;
  CleanerStats& stats_;
  CleanedTransactions transactions_;
  wire::Decompressor decompressor_;
  wire::LegacyRecordReader old_records_;
  SegmentRange rest_;  // Of the segments that are to be read.
  std::optional<SegmentBatches> batches_;
  bool is_full_ = false;

  struct Found {
    KeyHash hash;
    Offset offset;
  };
  std::vector<Found> found_;  // The keys of one batch.
};

}  // namespace muir::storage
