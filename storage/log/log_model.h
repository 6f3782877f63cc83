#pragma once

// For tests: what a log is when nobody cares how long anything takes.  A list of batches, walked from the start for
// every question.

#include <map>
#include <optional>
#include <vector>

#include "storage/log/aborted_txn.h"
#include "storage/log/test_batches.h"

namespace muir::storage::testing {

struct ModelBatch {
  Offset base_offset, last_offset;
  OwnedBytes bytes;
  std::int64_t first_timestamp = 0;
  int records = 0;
  std::int64_t producer_id = -1;
  std::int32_t last_sequence = -1;
  bool is_transactional = false;
  std::optional<bool> aborts;  // Of a marker: whether it aborts.

  std::int64_t last_timestamp() const { return first_timestamp + records - 1; }
  Epoch leader_epoch() const { return wire::BatchView::parse(bytes)->leader_epoch(); }
};

// A transaction with records in the log.
struct ModelTxn {
  std::int64_t producer_id = -1;
  Offset first_offset;
  Offset marker = kNoOffset;  // None while it is open.
  bool is_aborted = false;
};

// Batches below the log start offset stay: a transaction may have begun there.
class LogModel {
 public:
  const std::vector<ModelBatch>& batches() const { return batches_; }

  void add(ModelBatch batch) { batches_.push_back(std::move(batch)); }
  void clear() { batches_.clear(); }
  void truncate_to(Offset offset) {
    std::erase_if(batches_, [&](const ModelBatch& batch) { return batch.last_offset >= offset; });
  }
  template <class Predicate>
  void erase_if(Predicate predicate) {
    std::erase_if(batches_, predicate);
  }

  // The batches that a reader from `offset` may see.
  std::vector<const ModelBatch*> from(Offset offset) const {
    std::vector<const ModelBatch*> found;
    for (const ModelBatch& batch : batches_)
      if (batch.last_offset >= offset) found.push_back(&batch);
    return found;
  }

  // Every transaction, by where it begins.
  std::vector<ModelTxn> transactions() const {
    std::vector<ModelTxn> all;
    std::map<std::int64_t, std::size_t> open;
    for (const ModelBatch& batch : batches_) {
      const auto of_producer = open.find(batch.producer_id);
      if (batch.aborts && of_producer != open.end()) {
        all[of_producer->second].marker = batch.base_offset;
        all[of_producer->second].is_aborted = *batch.aborts;
        open.erase(of_producer);
      } else if (!batch.aborts && batch.is_transactional && of_producer == open.end()) {
        open[batch.producer_id] = all.size();
        all.push_back({batch.producer_id, batch.base_offset});
      }
    }
    return all;
  }

  // Where a read_committed reader must stop: before every transaction that is open, and every one whose marker is not
  // replicated.  Markers below `replicated_below` are taken for replicated.
  Offset last_stable_offset(Offset log_start_offset, Offset high_watermark, Offset replicated_below = Offset{0}) const {
    for (const ModelTxn& txn : transactions()) {
      const bool is_undecided = txn.marker == kNoOffset || txn.marker >= std::max(high_watermark, replicated_below);
      if (is_undecided) return std::clamp(txn.first_offset, log_start_offset, high_watermark);
    }
    return high_watermark;
  }

  // The first record at or after `log_start_offset` with at least `timestamp`.
  std::optional<TimestampedOffset> offset_for_timestamp(std::int64_t timestamp, Offset log_start_offset) const {
    for (const ModelBatch* batch : from(log_start_offset))
      for (int i = 0; i < batch->records; ++i)
        if (batch->first_timestamp + i >= timestamp && batch->base_offset + i >= log_start_offset)
          return TimestampedOffset{batch->first_timestamp + i, batch->base_offset + i, batch->leader_epoch()};
    return std::nullopt;
  }

  // The first record that has the largest timestamp.
  std::optional<TimestampedOffset> offset_of_max_timestamp() const {
    std::optional<TimestampedOffset> latest;
    for (const ModelBatch& batch : batches_)
      if (!latest || batch.last_timestamp() > latest->timestamp)
        latest = TimestampedOffset{batch.last_timestamp(), batch.last_offset, batch.leader_epoch()};
    return latest;
  }

 private:
  std::vector<ModelBatch> batches_;
};

}  // namespace muir::storage::testing
