#include "storage/log/producer_state.h"

#include <algorithm>
#include <limits>

namespace muir::storage {
namespace {

bool in_sequence(std::int32_t last, std::int32_t next) {
  return next == std::int64_t{last} + 1 || (next == 0 && last == std::numeric_limits<std::int32_t>::max());
}

bool is_expired(const ProducerEntry& entry, std::int64_t now_ms, std::int64_t expiration_ms) {
  return !entry.current_txn_first_offset && now_ms - entry.last_timestamp >= expiration_ms;
}

}  // namespace

ProducerChanges::Change& ProducerChanges::change_of(ProducerId producer_id) {
  const auto known = std::find_if(changes_.begin(), changes_.end(),
                                  [&](const Change& change) { return change.after.producer_id == producer_id; });
  if (known != changes_.end()) return *known;

  Change change;
  if (const ProducerEntry* entry = state_.find(producer_id)) change.before = *entry;
  change.after.producer_id = producer_id;
  change.after.producer_epoch = change.before.producer_epoch;
  change.after.coordinator_epoch = change.before.coordinator_epoch;
  change.after.last_timestamp = change.before.last_timestamp;
  change.after.current_txn_first_offset = change.before.current_txn_first_offset;
  return changes_.emplace_back(std::move(change));
}

Result<void> ProducerChanges::add(const BatchHeader& batch, const std::optional<EndTxnMarker>& marker) {
  if (!batch.has_producer_id()) return ok();
  Change& change = change_of(batch.producer_id);
  if (!batch.is_control()) return add_data(change, batch);
  return marker ? add_marker(change, batch, *marker) : ok();
}

Result<void> ProducerChanges::check_epoch(const Change& change, std::int16_t epoch) const {
  if (epoch < change.after.producer_epoch && origin_ != AppendOrigin::replication) return Errc::invalid_producer_epoch;
  return ok();
}

Result<void> ProducerChanges::check_sequence(const Change& change, const BatchHeader& batch) const {
  const auto& [before, after] = change;
  if (batch.producer_epoch != after.producer_epoch) {
    // A new epoch begins with 0; of a producer that is not known (any more) anything is taken.
    const bool known = after.producer_epoch != wire::kNoProducerEpoch;
    if (batch.base_sequence != 0 && known) return Errc::out_of_order_sequence;
    return ok();
  }
  std::int32_t last = wire::kNoSequence;
  if (!after.is_empty()) {
    last = after.last_sequence();
  } else if (batch.producer_epoch == before.producer_epoch) {
    last = before.last_sequence();
  }
  const bool unknown = before.producer_epoch == wire::kNoProducerEpoch;
  if (!unknown && !in_sequence(last, batch.base_sequence)) return Errc::out_of_order_sequence;
  return ok();
}

Result<void> ProducerChanges::add_data(Change& change, const BatchHeader& batch) {
  const auto epoch = check_epoch(change, batch.producer_epoch);
  if (!epoch) return epoch;
  if (origin_ == AppendOrigin::client) {
    const auto sequence = check_sequence(change, batch);
    if (!sequence) return sequence;
  }
  ProducerEntry& after = change.after;
  if (after.current_txn_first_offset && !batch.is_transactional() && origin_ != AppendOrigin::replication)
    return Errc::invalid_txn_state;
  after.add_batch(batch.producer_epoch,
                  {batch.last_sequence(), batch.last_offset(), batch.last_offset_delta, batch.max_timestamp});
  if (!after.current_txn_first_offset && batch.is_transactional()) {
    after.current_txn_first_offset = batch.base_offset;
    started_.push_back({batch.producer_id, batch.base_offset});
  }
  return ok();
}

Result<void> ProducerChanges::add_marker(Change& change, const BatchHeader& batch, const EndTxnMarker& marker) {
  const auto epoch = check_epoch(change, batch.producer_epoch);
  if (!epoch) return epoch;
  ProducerEntry& after = change.after;
  if (after.coordinator_epoch > marker.coordinator_epoch && origin_ != AppendOrigin::replication)
    return Errc::transaction_coordinator_fenced;

  if (after.current_txn_first_offset)
    completed_.push_back({batch.producer_id, *after.current_txn_first_offset, batch.base_offset, marker.is_abort});
  ProducerEntry end;
  end.producer_epoch = batch.producer_epoch;
  end.coordinator_epoch = marker.coordinator_epoch;
  end.last_timestamp = marker.timestamp;
  after.merge(end);
  return ok();
}

const ProducerEntry* ProducerState::find(ProducerId producer_id) const {
  const auto found = producers_.find(producer_id);
  return found == producers_.end() ? nullptr : &found->second;
}

const BatchMetadata* ProducerState::find_duplicate(const BatchHeader& batch) const {
  const ProducerEntry* const entry = find(batch.producer_id);
  return entry == nullptr ? nullptr : entry->find_duplicate(batch);
}

void ProducerState::apply(const ProducerChanges& changes, std::vector<AbortedTxn>* aborted) {
  for (const ProducerChanges::Change& change : changes.changes_) {
    ProducerEntry& entry = producers_[change.after.producer_id];
    entry.producer_id = change.after.producer_id;
    entry.merge(change.after);
  }
  for (const PartitionTxn& txn : changes.started_) ongoing_[txn.first_offset] = txn;
  for (const PartitionTxn& txn : changes.completed_) {
    if (txn.is_aborted && aborted != nullptr)
      aborted->push_back({txn.producer_id, txn.first_offset, txn.last_offset, last_stable_offset_after(txn)});
    ongoing_.erase(txn.first_offset);
    unreplicated_[txn.first_offset] = txn;
  }
}

// Where the oldest transaction of somebody else begins, or behind the marker (Kafka's lastStableOffset): what a reader
// may see at most when `completed` has just ended.
Offset ProducerState::last_stable_offset_after(const PartitionTxn& completed) const {
  for (const auto& [first_offset, txn] : ongoing_)
    if (txn.producer_id != completed.producer_id) return first_offset;
  return completed.last_offset + 1;
}

std::optional<Offset> ProducerState::first_unstable_offset() const {
  std::optional<Offset> first;
  if (!ongoing_.empty()) first = ongoing_.begin()->first;
  if (!unreplicated_.empty() && (!first || unreplicated_.begin()->first < *first)) first = unreplicated_.begin()->first;
  return first;
}

void ProducerState::high_watermark_moved(Offset high_watermark) {
  std::erase_if(unreplicated_, [&](const auto& txn) { return txn.second.last_offset < high_watermark; });
}

void ProducerState::load(ProducerEntry entry, std::int64_t now_ms, std::int64_t expiration_ms) {
  if (is_expired(entry, now_ms, expiration_ms)) return;
  if (entry.current_txn_first_offset)
    ongoing_[*entry.current_txn_first_offset] = {entry.producer_id, *entry.current_txn_first_offset};
  producers_[entry.producer_id] = std::move(entry);
}

void ProducerState::clear(Offset end_offset) {
  producers_.clear();
  ongoing_.clear();
  unreplicated_.clear();
  end_offset_ = end_offset;
}

void ProducerState::log_start_moved(Offset log_start_offset) {
  high_watermark_moved(log_start_offset);
  end_offset_ = std::max(end_offset_, log_start_offset);
}

void ProducerState::remove_expired(std::int64_t now_ms, std::int64_t expiration_ms) {
  std::erase_if(producers_, [&](const auto& producer) { return is_expired(producer.second, now_ms, expiration_ms); });
}

}  // namespace muir::storage
