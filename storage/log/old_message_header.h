#pragma once

#include "storage/log/batch_header.h"

namespace muir::storage {

// A message of format 0 or 1 as the log sees it: a batch without producer and leader epoch.  Its base offset is its
// last one: where compressed records begin nobody can tell without unfolding them (ADR 075).  `bytes`: as many as the
// header of a v2 batch has, or all.
inline BatchHeader header_of_old_message(ByteView bytes, const wire::BatchFrame& frame) {
  constexpr int kCodecAndTimestampType = 0x0f;
  const std::byte* const at = bytes.data();
  BatchHeader header;
  header.base_offset = frame.offset;
  header.size_bytes = static_cast<std::uint32_t>(frame.size_bytes);
  header.leader_epoch = kNoEpoch;
  header.crc = load_big_endian<std::uint32_t>(at + 12);
  header.attributes = static_cast<std::int16_t>(std::to_integer<int>(at[17]) & kCodecAndTimestampType);
  header.max_timestamp = frame.magic == 0 ? -1 : load_big_endian<std::int64_t>(at + 18);
  header.producer_id = kNoProducerId;
  header.producer_epoch = wire::kNoProducerEpoch;
  header.base_sequence = wire::kNoSequence;
  return header;
}

inline bool is_old_message(ByteView batch) { return std::to_integer<int>(batch[wire::kBatchMagicAt]) < wire::kMagicV2; }

}  // namespace muir::storage
