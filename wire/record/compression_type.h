#pragma once

#include <cstdint>

namespace muir::wire {

// How the records of a batch are compressed: the low three bits of its attributes.  Ids 5 to 7 do not exist.
enum class CompressionType : std::uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

// Who set the timestamps of a batch's records (KIP-32): `message.timestamp.type`.
enum class TimestampType : std::uint8_t {
  create_time = 0,      // The producer: each record has its own.
  log_append_time = 1,  // The broker: every record's timestamp is the batch's max timestamp.
};

}  // namespace muir::wire
