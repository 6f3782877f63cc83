#include "storage/log/producer_entry.h"

#include <algorithm>
#include <limits>

namespace muir::storage {

std::int32_t BatchMetadata::first_sequence() const {
  if (last_sequence >= offset_delta) return last_sequence - offset_delta;
  // The batch wrapped from 2^31 - 1 to 0.
  return static_cast<std::int32_t>(std::int64_t{std::numeric_limits<std::int32_t>::max()} -
                                   (std::int64_t{offset_delta} - last_sequence) + 1);
}

void ProducerEntry::set_epoch(std::int16_t epoch) {
  if (producer_epoch == epoch) return;
  batch_count_ = 0;
  producer_epoch = epoch;
}

void ProducerEntry::add_batch(std::int16_t epoch, const BatchMetadata& batch) {
  set_epoch(epoch);
  if (batch_count_ == kBatchesKept) {
    std::move(batches_.begin() + 1, batches_.end(), batches_.begin());
    --batch_count_;
  }
  batches_[batch_count_++] = batch;
  last_timestamp = batch.timestamp;
}

void ProducerEntry::merge(const ProducerEntry& next) {
  set_epoch(next.producer_epoch);
  for (const BatchMetadata& batch : next.batches()) add_batch(next.producer_epoch, batch);
  coordinator_epoch = next.coordinator_epoch;
  current_txn_first_offset = next.current_txn_first_offset;
  last_timestamp = next.last_timestamp;
}

const BatchMetadata* ProducerEntry::find_duplicate(const BatchHeader& header) const {
  if (header.producer_epoch != producer_epoch) return nullptr;
  for (const BatchMetadata& batch : batches())
    if (batch.first_sequence() == header.base_sequence && batch.last_sequence == header.last_sequence()) return &batch;
  return nullptr;
}

bool ProducerEntry::operator==(const ProducerEntry& other) const {
  return producer_id == other.producer_id && producer_epoch == other.producer_epoch &&
         coordinator_epoch == other.coordinator_epoch && last_timestamp == other.last_timestamp &&
         current_txn_first_offset == other.current_txn_first_offset && std::ranges::equal(batches(), other.batches());
}

}  // namespace muir::storage
