#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/quorum/control_record.h"
#include "wire/base/bytes.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"

namespace muir::server {

// Kafka's bound on a batch of the metadata log and of its snapshots.
inline constexpr std::size_t kMetadataBatchBytesMax = 8 << 20;

// What a batch of the metadata log says, its CRC checked.  Views the bytes it was read from.
struct ReadBatch {
  struct Control {
    ControlType type;
    ByteView value;
  };

  Offset base_offset;
  Offset end_offset;  // Exclusive.
  Epoch epoch;
  std::int64_t timestamp_ms = 0;
  std::size_t size_bytes = 0;
  bool is_control = false;
  std::vector<ByteView> records;  // Values: whole frames.  Empty in a control batch.
  std::vector<Control> controls;  // In offset order; types that are not known were left out.
  std::vector<Offset> control_offsets;
};

// Reads the batch at the start of `bytes`.  Fails with a wire::RecordErrc, or with malformed_control_record.
Result<ReadBatch> read_batch(ByteView bytes);

// Plain batches as the quorum writes them: uncompressed, without a producer, every record at `timestamp_ms`.
Result<OwnedBytes> build_batch(Offset base_offset, Epoch epoch, std::int64_t timestamp_ms,
                               std::span<const ByteView> records);
Result<OwnedBytes> build_control_batch(Offset base_offset, Epoch epoch, std::int64_t timestamp_ms,
                                       std::span<const ControlRecord> records);

// How many of `records`, from the first, fit one batch.  0: the first alone is too large.
std::size_t count_that_fits(std::span<const ByteView> records);

}  // namespace muir::server
