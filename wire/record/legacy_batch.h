#pragma once

#include <cstdint>

#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/record/batch.h"

namespace muir::wire {

inline constexpr std::size_t kV1BytesMin = kLogOverhead + 22;  // CRC, magic, attributes, timestamp, two lengths.

// CRC-32 as in zlib, which formats 0 and 1 have from the magic on: not the Castagnoli one of v2.
std::uint32_t legacy_crc(ByteView bytes, std::uint32_t before = 0);

// One whole message of format 0 or 1: a record, or a wrapper with compressed records in its value.  Kafka 4 no longer
// writes them, refuses them from producers, and hands on the ones it finds in a log or gets from a leader; so this view
// has what that takes and no more.  What is in them: legacy_records.h.
class LegacyBatchView {
 public:
  // The message at the start of `bytes`.  Fails as BatchFrame::read, with truncated when `bytes` ends within it, with
  // unknown_magic for a v2 batch, with batch_too_small for a v1 message without room for its timestamp.
  static Result<LegacyBatchView> parse(ByteView bytes, std::size_t size_max = kBatchBytesMax);

  ByteView bytes() const { return bytes_; }
  std::size_t size_bytes() const { return bytes_.size(); }
  std::int8_t magic() const { return load_big_endian<std::int8_t>(bytes_.data() + kBatchMagicAt); }
  Offset last_offset() const { return Offset{load_big_endian<std::int64_t>(bytes_.data())}; }
  std::uint32_t crc() const { return load_big_endian<std::uint32_t>(bytes_.data() + 12); }
  bool crc_is_valid() const;
  std::int8_t attributes() const { return load_big_endian<std::int8_t>(bytes_.data() + 17); }
  bool compression_is_known() const { return (attributes() & 7) <= 4; }
  CompressionType compression() const { return static_cast<CompressionType>(attributes() & 7); }

  bool has_log_append_time() const { return magic() == 1 && (attributes() & 8) != 0; }

  // -1 in format 0, which has no timestamps.
  std::int64_t max_timestamp() const {
    return magic() == 0 ? kNoTimestamp : load_big_endian<std::int64_t>(bytes_.data() + 18);
  }

 private:
  explicit LegacyBatchView(ByteView bytes) : bytes_(bytes) {}
  ByteView bytes_;
};

}  // namespace muir::wire
