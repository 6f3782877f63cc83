#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "storage/log/batch_header.h"
#include "wire/base/ids.h"

namespace muir::storage {

// One batch that an idempotent producer wrote: enough to recognise it when it is sent again.
struct BatchMetadata {
  std::int32_t last_sequence = wire::kNoSequence;
  Offset last_offset = kNoOffset;
  std::int32_t offset_delta = 0;  // last_offset - first_offset.
  std::int64_t timestamp = -1;    // The batch's max timestamp.

  std::int32_t first_sequence() const;
  Offset first_offset() const { return last_offset + -std::int64_t{offset_delta}; }

  bool operator==(const BatchMetadata&) const = default;
};

// What a log remembers of one idempotent or transactional producer (KIP-98): its epoch, its last five batches, and
// where its open transaction begins.
struct ProducerEntry {
  static constexpr std::size_t kBatchesKept = 5;

  ProducerId producer_id = kNoProducerId;
  std::int16_t producer_epoch = wire::kNoProducerEpoch;
  std::int32_t coordinator_epoch = -1;
  std::int64_t last_timestamp = -1;
  std::optional<Offset> current_txn_first_offset;

  std::span<const BatchMetadata> batches() const { return {batches_.data(), batch_count_}; }  // Oldest first.
  bool is_empty() const { return batch_count_ == 0; }
  std::int32_t last_sequence() const { return is_empty() ? wire::kNoSequence : batches().back().last_sequence; }
  Offset last_data_offset() const { return is_empty() ? kNoOffset : batches().back().last_offset; }
  std::int32_t last_offset_delta() const { return is_empty() ? 0 : batches().back().offset_delta; }

  // A batch of `epoch`; those of another epoch are forgotten, and the oldest beyond five.
  void add_batch(std::int16_t epoch, const BatchMetadata& batch);

  // Takes over what `next` has seen since.
  void merge(const ProducerEntry& next);

  // The batch with the same epoch and sequence range as `header`, if it is one of the last five.
  const BatchMetadata* find_duplicate(const BatchHeader& header) const;

  bool operator==(const ProducerEntry& other) const;

 private:
  void set_epoch(std::int16_t epoch);

  std::array<BatchMetadata, kBatchesKept> batches_;
  std::uint8_t batch_count_ = 0;
};

}  // namespace muir::storage
