#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "wire/base/bytes.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/record/batch.h"
#include "wire/record/compression.h"

namespace muir::wire {

// What a scan tells of a record.  Sizes as the record says them: negative is null.
struct RecordSummary {
  Offset offset;
  std::int64_t timestamp = 0;
  std::int32_t key_size = -1;
  std::int32_t value_size = -1;
};

// Walks the records of a compressed batch while they are being unfolded, in constant memory, for whoever wants to know
// that they are sound and keeps the batch as it is.  As Kafka's broker does it, and therefore less strict than
// RecordReader: a record's length is read and not compared with its fields.
// Owner: one shard, or one worker of the pool; reused from batch to batch.
class RecordScanner {
 public:
  // Begins with a batch, which outlives the scan; its compression is known.
  void begin(const BatchView& batch, std::size_t bytes_max);

  bool has_next() const { return left_ != 0; }

  // Only after has_next().  Fails as RecordReader::next, or as Decompressor::read; the scan is over then.
  Result<> next(RecordSummary& record);

 private:
  int next_byte();  // -1 at the end, or when unfolding failed.
  bool fill();
  bool skip(std::int32_t size);
  template <class Int>
  bool read(Int& value);
  bool read_fields(RecordSummary& record);
  bool skip_headers();
  Error broken(RecordErrc errc) const { return failure_ ? *failure_ : Error(errc); }

  static constexpr std::size_t kWindowBytes = 16 * 1024;

  Decompressor decompressor_;
  OwnedBytes window_;
  ByteView rest_;  // What of the window was not yet read.
  std::optional<Error> failure_;
  std::int32_t left_ = 0;
  std::int64_t base_offset_ = 0;
  std::int64_t base_timestamp_ = 0;
  std::optional<std::int64_t> log_append_time_;
};

}  // namespace muir::wire
