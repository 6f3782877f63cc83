#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "wire/base/bytes.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/record/compression_type.h"
#include "wire/record/errc.h"

namespace muir::wire {

// Format: docs/formats/record-batch.md.
inline constexpr std::size_t kLogOverhead = 12;       // Offset and length: what precedes every format's batch_length.
inline constexpr std::size_t kBatchMagicAt = 16;      // Offset, length, leader epoch (or v0/v1 CRC); then the magic.
inline constexpr std::size_t kBatchFrameBytes = 17;   // Up to and including the magic: what every format shares.
inline constexpr std::size_t kBatchHeaderBytes = 61;  // A v2 batch without records.
inline constexpr std::int32_t kLegacyRecordBytesMin = 14;  // Smallest batch_length of any format: an empty v0 message.
inline constexpr std::size_t kBatchBytesMax = kLogOverhead + 0x7fffffff;  // What batch_length can say.
inline constexpr std::int8_t kMagicV2 = 2;
inline constexpr std::int32_t kNoSequence = -1;
inline constexpr std::int16_t kNoProducerEpoch = -1;

// What every message format has in common: enough to walk over a batch without knowing what is in it.
struct BatchFrame {
  Offset offset;               // v2: of the first record.  v0 and v1: of the last one.
  std::size_t size_bytes = 0;  // Of the whole batch, with offset and length.
  std::int8_t magic = 0;       // 0, 1 or 2.

  bool is_v2() const { return magic == kMagicV2; }

  // The frame at the start of `bytes`, which may end within the batch.  Fails with RecordErrc::truncated when fewer
  // than 12 (or, the length being possible, 17) bytes are there; batch_too_small, batch_too_large, unknown_magic. These
  // are Kafka's checks, in its order: a v2 batch that is too small for its header is not yet an error here.
  static Result<BatchFrame> read(ByteView bytes, std::size_t size_max = kBatchBytesMax);
};

// One whole batch of format v2.  A view: the bytes belong to somebody else.  Header fields are as the bytes say,
// nothing but the size was checked; the records may be garbage until a RecordReader has walked them.
class BatchView {
 public:
  // The batch at the start of `bytes`; what follows it is not part of the view.  Checks the structure, not the CRC.
  // Fails as BatchFrame::read, with truncated when `bytes` ends within the batch, with old_format for magic 0 and 1.
  static Result<BatchView> parse(ByteView bytes, std::size_t size_max = kBatchBytesMax);

  ByteView bytes() const { return bytes_; }
  std::size_t size_bytes() const { return bytes_.size(); }

  Offset base_offset() const { return Offset{load<std::int64_t>(0)}; }
  Offset last_offset() const { return Offset{wrapping_add(load<std::int64_t>(0), last_offset_delta())}; }
  Offset end_offset() const { return Offset{wrapping_add(last_offset().value, 1)}; }  // Exclusive.
  std::int32_t last_offset_delta() const { return load<std::int32_t>(23); }
  std::int32_t record_count() const { return load<std::int32_t>(57); }  // May be negative in hostile bytes.

  Epoch leader_epoch() const { return Epoch{load<std::int32_t>(12)}; }
  std::uint32_t crc() const { return load<std::uint32_t>(17); }
  std::uint32_t computed_crc() const;  // CRC-32C of everything from the attributes to the end.
  bool crc_is_valid() const { return crc() == computed_crc(); }

  // Only the low byte of the attributes has a meaning; the high one is ignored, as Kafka does.
  std::int16_t attributes() const { return load<std::int16_t>(21); }
  bool compression_is_known() const { return (attributes() & 7) <= 4; }
  CompressionType compression() const { return static_cast<CompressionType>(attributes() & 7); }
  TimestampType timestamp_type() const { return static_cast<TimestampType>((attributes() >> 3) & 1); }
  bool is_transactional() const { return attributes() & 0x10; }
  bool is_control() const { return attributes() & 0x20; }
  bool has_delete_horizon() const { return attributes() & 0x40; }

  std::int64_t base_timestamp() const { return load<std::int64_t>(27); }  // -1 in a batch that compaction emptied.
  std::int64_t max_timestamp() const { return load<std::int64_t>(35); }

  // When tombstones and markers of this batch may be removed by compaction; then every delta counts from it (KIP-534).
  std::optional<std::int64_t> delete_horizon_ms() const {
    return has_delete_horizon() ? std::optional(base_timestamp()) : std::nullopt;
  }

  ProducerId producer_id() const { return ProducerId{load<std::int64_t>(43)}; }
  std::int16_t producer_epoch() const { return load<std::int16_t>(51); }
  std::int32_t base_sequence() const { return load<std::int32_t>(53); }
  std::int32_t last_sequence() const;  // Wraps from 2^31 - 1 to 0; kNoSequence when there is no base.
  bool has_producer_id() const { return producer_id().value > kNoProducerId.value; }

  // The records section as it is in the batch: compressed if compression() says so.
  ByteView records() const { return bytes_.subspan(kBatchHeaderBytes); }

 private:
  explicit BatchView(ByteView bytes) : bytes_(bytes) {}

  template <class Int>
  Int load(std::size_t at) const {
    return load_big_endian<Int>(bytes_.data() + at);
  }
  static std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  }

  ByteView bytes_;
};

// The sequence number `increment` records after `sequence`: 2^31 - 1 is followed by 0 (KIP-98).
std::int32_t increment_sequence(std::int32_t sequence, std::int32_t increment);

// Walks consecutive batches of any format, oldest first: the bytes of a segment, of a fetch, of a produce request.
// A torn tail ends the walk in silence, as a fetch may cut a batch anywhere; bytes that can be no batch are an error.
class BatchWalker {
 public:
  // Batches above `size_max` bytes are an error: they would make a reader wait for bytes that never come.
  explicit BatchWalker(ByteView bytes, std::size_t size_max = kBatchBytesMax) : bytes_(bytes), size_max_(size_max) {}

  struct Step {
    BatchFrame frame;
    ByteView bytes;  // The whole batch, frame.size_bytes of them.
  };

  // The next whole batch, nothing at the end or at a torn tail.  After an error the walk stays where it is.
  Result<std::optional<Step>> next();

  // Where the next batch begins.  Once next() has returned nothing, [position(), size) is the torn tail, if any.
  std::size_t position() const { return position_; }
  bool ended_torn() const { return ended_ && position_ < bytes_.size(); }

 private:
  ByteView bytes_;
  std::size_t size_max_;
  std::size_t position_ = 0;
  bool ended_ = false;
};

// Changes to a v2 batch in place.  `batch` begins with a whole batch that BatchView::parse accepted.
// The base offset and the leader epoch lie outside the CRC, so that a broker may set them for nothing.
void set_base_offset(MutableByteView batch, Offset base_offset);
void set_leader_epoch(MutableByteView batch, Epoch leader_epoch);

// Sets the max timestamp and who set it, and the CRC with them.  Does nothing when both are there already; otherwise
// the high byte of the attributes becomes that of Kafka, the sign of the low one: 0.
void set_max_timestamp(MutableByteView batch, TimestampType type, std::int64_t max_timestamp);

}  // namespace muir::wire
