#pragma once

#include <string>
#include <vector>

#include "storage/disk/disk.h"
#include "storage/log/aborted_txn.h"
#include "storage/log/batch_header.h"
#include "storage/log/log_config.h"
#include "storage/log/offset_index.h"
#include "storage/log/time_index.h"

namespace muir::storage {

// A segment in the making, under names that end in ".cleaned": nobody reads it, and whoever opens the log after a crash
// removes it.  Blocking; used on one thread at a time.
class CleanedSegment {
 public:
  CleanedSegment(Disk& disk, std::string directory, Offset base_offset, const LogConfig& config);

  // Creates the file; one that was left behind is replaced.
  Result<void> create();
  // Whole batches, behind those that are there.
  Result<void> append(ByteView batches);
  // Everything is on stable storage, with its indexes; it counts as last written at `modified_ms`.  `aborted`: the
  // transactions whose abort markers it has, oldest first.
  Result<void> finish(std::int64_t modified_ms, const std::vector<AbortedTxn>& aborted);
  // Removes what there is of it.
  Result<void> remove();

  Offset base_offset() const { return base_offset_; }
  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  Result<void> index(const BatchHeader& header);
  Result<void> write_aborted(const std::vector<AbortedTxn>& aborted);
  std::string path(std::string_view suffix) const;

  Disk& disk_;
  std::string directory_;
  Offset base_offset_;
  std::uint32_t index_interval_bytes_;
  FilePtr file_;
  OffsetIndex offset_index_;
  TimeIndex time_index_;
  std::uint32_t size_bytes_ = 0;
  std::uint32_t last_indexed_ = 0;
  TimestampOffset max_timestamp_;
};

}  // namespace muir::storage
