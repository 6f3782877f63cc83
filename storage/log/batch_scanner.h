#pragma once

#include <optional>

#include "storage/disk/disk.h"
#include "storage/log/batch_header.h"
#include "storage/log/errc.h"
#include "storage/log/verified_ranges.h"

namespace muir::storage {

// A batch where it stands in a segment.
struct ScannedBatch {
  BatchHeader header;
  std::uint32_t position = 0;

  std::uint32_t end_position() const { return position + header.size_bytes; }
};

// Walks the batches of a segment's bytes [position, end), reading a chunk at a time: headers mostly, whole batches
// where somebody wants to see inside.  Sees no index and trusts nothing it reads.
class BatchScanner {
 public:
  static constexpr std::size_t kLookupChunkBytes = 4096;  // One index.interval.bytes.
  static constexpr std::size_t kSequentialChunkBytes = 1 << 20;

  BatchScanner(FilePtr file, std::uint32_t position, std::uint32_t end, std::size_t chunk_bytes)
      : file_(std::move(file)), position_(position), end_(end), chunk_bytes_(chunk_bytes) {}

  // `verified` is told of what this scanner is about to bring into memory, with what the kernel may read ahead of it:
  // nobody has looked at that yet.  It outlives the scanner.
  void tell(VerifiedRanges& verified) { verified_ = &verified; }

  // The next batch, of any format; nothing at `end`, or where what remains is a torn batch.  Fails with corrupt_segment
  // where no batch can begin; the scanner then stays where it is.
  Io<std::optional<ScannedBatch>> next();

  // All bytes of the batch that next() returned last, valid until the next call.
  Io<ByteView> bytes();

  // Fails with corrupt_batch when the CRC of that batch is wrong.  That of a large one is computed in pieces.
  Io<> check_crc();

  std::uint32_t position() const { return position_; }  // Of the next batch.

 private:
  Result<std::optional<ScannedBatch>> parse() const;
  bool has(std::uint32_t position, std::size_t size) const {
    return position >= chunk_position_ && position + size <= chunk_position_ + chunk_.size();
  }
  ByteView view(std::uint32_t position, std::size_t size) const {
    return ByteView(chunk_).subspan(position - chunk_position_, size);
  }
  Result<std::optional<ScannedBatch>> advance();
  Task<Result<std::optional<ScannedBatch>>> fill_then_advance();
  Task<Result<ByteView>> fill_then_bytes();
  Result<void> compare_crc(std::uint32_t crc) const;
  Task<Result<void>> check_crc_by_pieces();
  Task<Result<void>> fill(std::uint32_t position, std::size_t size_bytes);

  FilePtr file_;
  VerifiedRanges* verified_ = nullptr;
  std::uint32_t position_;
  std::uint32_t end_;
  std::size_t chunk_bytes_;
  OwnedBytes chunk_;
  std::uint64_t chunk_position_ = 0;
  ScannedBatch current_;
};

// Far above what Linux reads ahead of a reader (read_ahead_kb).
inline constexpr std::uint32_t kReadAheadBytes = 1 << 20;

// Before [begin, end) of a file is read: takes from `verified` what of it, and of what may be read ahead of it, is not
// in memory any more.
Task<Result<void>> forget_evicted(File& file, std::uint32_t begin, std::uint32_t end, std::uint32_t file_end,
                                  VerifiedRanges& verified);

}  // namespace muir::storage
