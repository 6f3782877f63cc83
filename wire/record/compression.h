#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/record/compression_type.h"
#include "wire/record/decompression_stream.h"

namespace muir::wire {

// A codec and how hard it tries: `compression.gzip.level` (1..9, default -1: zlib's), `compression.lz4.level` (1..17,
// default 9, which selects the fast compressor), `compression.zstd.level` (-131072..22, default 3).  KIP-390.
struct Compression {
  CompressionType type = CompressionType::none;
  std::optional<int> level;  // Nothing: the codec's default.
};

// Unfolds the records section of batches, one at a time, a piece at a time.  Keeps its codecs' contexts, so that the
// next batch allocates nothing.  Owner: one shard, or one worker of the pool.
class Decompressor {
 public:
  // Forgets the last section and begins with `compressed`, which outlives the reading.  The section may unfold to
  // `bytes_max` bytes, or reading fails with RecordErrc::decompressed_too_large.
  void begin(CompressionType type, ByteView compressed, std::size_t bytes_max);

  // Fills the front of `out`, which is not empty, and says how much of it; 0 only at the end.  Fails with
  // bad_compressed_data where Kafka's own reader would.
  Result<std::size_t> read(MutableByteView out);

  // The whole section at once.  The view is into a buffer of this object and lives until the next call; of a buffer
  // that had to grow beyond kBufferKeptMax nothing is kept.  Type none: `compressed` itself.
  Result<ByteView> read_all(CompressionType type, ByteView compressed, std::size_t bytes_max);

  // What the last read_all() had unfolded when it failed.
  ByteView unfolded_so_far() const { return ByteView(buffer_).first(filled_); }

  static constexpr std::size_t kBufferKeptMax = std::size_t{4} << 20;

 private:
  DecompressionStream& stream_for(CompressionType type);

  std::unique_ptr<DecompressionStream> streams_[5];
  DecompressionStream* stream_ = nullptr;
  std::size_t left_ = 0;  // Bytes that may still come.
  OwnedBytes buffer_;
  std::size_t filled_ = 0;
};

// Appends `records` to `out`, compressed so that every Kafka client can read it: gzip with Java's header, snappy in the
// blocks of snappy-java, lz4 in frames of independent 64 KiB blocks without checksums, zstd in one frame.
// Fails with batch_full only when the codec cannot hold that many bytes.
Result<> compress(Compression compression, ByteView records, OwnedBytes& out);

}  // namespace muir::wire
