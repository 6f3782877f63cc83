#pragma once

#include <optional>
#include <string>

#include "storage/log/batch_scanner.h"
#include "storage/log/cleanable_log.h"
#include "storage/log/file_names.h"

namespace muir::storage {

// Reads one closed segment from its first batch to its last, on any thread: by the name of its file, not through the
// Segment, which belongs to a shard.  Blocking.
class SegmentBatches {
 public:
  static Result<SegmentBatches> open(Disk& disk, const std::string& directory, const CleanableSegment& segment,
                                     std::size_t chunk_bytes) {
    auto file = disk.open(directory + "/" + offset_file_name(segment.base_offset, kLogSuffix), OpenMode::read).get();
    if (!file) return file.error();
    return SegmentBatches(std::move(*file), segment.size_bytes, chunk_bytes);
  }

  // The next batch's header; nothing at the end.  Fails with corrupt_segment where no whole batch is left: this segment
  // has been closed.
  Result<std::optional<BatchHeader>> next() {
    const auto batch = scanner_.next().get();
    if (!batch) return batch.error();
    if (*batch) return std::optional((*batch)->header);
    if (scanner_.position() != size_bytes_) return Errc::corrupt_segment;
    return std::optional<BatchHeader>{};
  }

  // All of that batch; valid until the next call.
  Result<ByteView> bytes() { return scanner_.bytes().get(); }

 private:
  SegmentBatches(FilePtr file, std::uint32_t size_bytes, std::size_t chunk_bytes)
      : scanner_(std::move(file), 0, size_bytes, chunk_bytes), size_bytes_(size_bytes) {}

  BatchScanner scanner_;
  std::uint32_t size_bytes_;
};

}  // namespace muir::storage
