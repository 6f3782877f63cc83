#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/base/bytes.h"
#include "wire/base/ids.h"

namespace muir::storage {

// A transaction that was aborted, as one partition's transaction index keeps it: what a read_committed consumer must
// leave out.  Format: docs/formats/transaction-index.md.
struct AbortedTxn {
  static constexpr std::size_t kBytes = 34;  // int16 version, then four int64.
  static constexpr std::int16_t kVersion = 0;

  ProducerId producer_id;
  Offset first_offset;        // Of the transaction's first record in this partition.
  Offset last_offset;         // Of the abort marker.
  Offset last_stable_offset;  // When the marker was written: no older transaction reaches up to here.

  bool operator==(const AbortedTxn&) const = default;

  static std::int16_t version_of(const std::byte* at) { return load_big_endian<std::int16_t>(at); }
  static AbortedTxn decode(const std::byte* at) {
    return {ProducerId{load_big_endian<std::int64_t>(at + 2)}, Offset{load_big_endian<std::int64_t>(at + 10)},
            Offset{load_big_endian<std::int64_t>(at + 18)}, Offset{load_big_endian<std::int64_t>(at + 26)}};
  }
  void encode(std::byte* at) const {
    store_big_endian(at, kVersion);
    store_big_endian(at + 2, producer_id.value);
    store_big_endian(at + 10, first_offset.value);
    store_big_endian(at + 18, last_offset.value);
    store_big_endian(at + 26, last_stable_offset.value);
  }
};

}  // namespace muir::storage
