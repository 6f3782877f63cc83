#pragma once

#include <optional>

#include "wire/record/batch.h"

namespace muir::storage {

// What the log needs to know of a batch of format v2 without having all of it in memory.
struct BatchHeader {
  Offset base_offset;
  std::int32_t last_offset_delta = 0;
  std::uint32_t size_bytes = 0;  // Of the whole batch.
  Epoch leader_epoch;
  std::uint32_t crc = 0;
  std::int16_t attributes = 0;
  std::int64_t max_timestamp = 0;
  ProducerId producer_id;
  std::int16_t producer_epoch = 0;
  std::int32_t base_sequence = 0;

  Offset last_offset() const {
    return Offset{static_cast<std::int64_t>(static_cast<std::uint64_t>(base_offset.value) +
                                            static_cast<std::uint64_t>(std::int64_t{last_offset_delta}))};
  }
  bool is_transactional() const { return attributes & 0x10; }
  bool is_control() const { return attributes & 0x20; }
  bool has_producer_id() const { return producer_id > kNoProducerId; }
  std::int32_t last_sequence() const {
    if (base_sequence == wire::kNoSequence) return wire::kNoSequence;
    return wire::increment_sequence(base_sequence, last_offset_delta);
  }

  static BatchHeader of(const wire::BatchView& batch) {
    return {batch.base_offset(),
            batch.last_offset_delta(),
            static_cast<std::uint32_t>(batch.size_bytes()),
            batch.leader_epoch(),
            batch.crc(),
            batch.attributes(),
            batch.max_timestamp(),
            batch.producer_id(),
            batch.producer_epoch(),
            batch.base_sequence()};
  }

  // From the first kBatchHeaderBytes bytes of a v2 batch of `size_bytes`.
  static BatchHeader parse(ByteView bytes, std::uint32_t size_bytes) {
    const std::byte* const at = bytes.data();
    return {Offset{load_big_endian<std::int64_t>(at)},
            load_big_endian<std::int32_t>(at + 23),
            size_bytes,
            Epoch{load_big_endian<std::int32_t>(at + 12)},
            load_big_endian<std::uint32_t>(at + 17),
            load_big_endian<std::int16_t>(at + 21),
            load_big_endian<std::int64_t>(at + 35),
            ProducerId{load_big_endian<std::int64_t>(at + 43)},
            load_big_endian<std::int16_t>(at + 51),
            load_big_endian<std::int32_t>(at + 53)};
  }
};

// What a control batch says about its producer's transaction.
struct EndTxnMarker {
  bool is_abort = false;
  std::int32_t coordinator_epoch = -1;
  std::int64_t timestamp = -1;  // Of the record.

  // Of a whole control batch; nothing when its first record is no commit or abort, or cannot be read.
  static std::optional<EndTxnMarker> of(const wire::BatchView& batch);
};

}  // namespace muir::storage
