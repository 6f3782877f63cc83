#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "storage/log/aborted_txn.h"
#include "storage/log/append_info.h"
#include "storage/log/errc.h"
#include "storage/log/producer_entry.h"
#include "wire/base/result.h"

namespace muir::storage {

// A transaction as one partition sees it.
struct PartitionTxn {
  ProducerId producer_id;
  Offset first_offset;
  Offset last_offset = kNoOffset;  // Of its marker; none while it is open.
  bool is_aborted = false;
};

class ProducerState;

// What the batches of one append would change, checked batch by batch before anything is written (Kafka's
// ProducerAppendInfo).  Thrown away when a check or the write fails.
class ProducerChanges {
 public:
  explicit ProducerChanges(const ProducerState& state, AppendOrigin origin) : state_(state), origin_(origin) {}

  // Does nothing for a batch without a producer id.  `marker` is that of a control batch.  Fails with
  // out_of_order_sequence, invalid_producer_epoch, invalid_txn_state, transaction_coordinator_fenced; a follower, who
  // must take what its leader took, is refused nothing.
  Result<void> add(const BatchHeader& batch, const std::optional<EndTxnMarker>& marker);

 private:
  friend class ProducerState;
  struct Change {
    ProducerEntry before;  // As the state has it, or empty.
    ProducerEntry after;   // With the batches of this append only.
  };

  Change& change_of(ProducerId producer_id);
  Result<void> check_epoch(const Change& change, std::int16_t epoch) const;
  Result<void> check_sequence(const Change& change, const BatchHeader& batch) const;
  Result<void> add_data(Change& change, const BatchHeader& batch);
  Result<void> add_marker(Change& change, const BatchHeader& batch, const EndTxnMarker& marker);

  const ProducerState& state_;
  AppendOrigin origin_;
  std::vector<Change> changes_;
  std::vector<PartitionTxn> started_;
  std::vector<PartitionTxn> completed_;
};

// The idempotent and transactional producers of one log, and its transactions that are open or not yet replicated.
// Pure: what the snapshot files hold, and what replaying the batches after a snapshot gives.
// Bound: a producer that wrote nothing for producer.id.expiration.ms is forgotten by remove_expired().
class ProducerState {
 public:
  const ProducerEntry* find(ProducerId producer_id) const;
  const std::unordered_map<ProducerId, ProducerEntry>& producers() const { return producers_; }
  bool is_empty() const { return producers_.empty() && unreplicated_.empty(); }

  // Nothing unless an idempotent producer sent this batch before.
  const BatchMetadata* find_duplicate(const BatchHeader& batch) const;

  // The transactions that `changes` aborts are appended to `*aborted`, for the transaction index.
  void apply(const ProducerChanges& changes, std::vector<AbortedTxn>* aborted = nullptr);

  // The first offset that a read_committed reader may not see; nothing when all transactions are decided and
  // replicated.  A decided one holds it until the high watermark has passed its marker.
  std::optional<Offset> first_unstable_offset() const;
  void high_watermark_moved(Offset high_watermark);

  // The state covers all batches below this offset.
  Offset end_offset() const { return end_offset_; }
  void set_end_offset(Offset end_offset) { end_offset_ = end_offset; }

  // An entry read from a snapshot.  Expired ones are left out.
  void load(ProducerEntry entry, std::int64_t now_ms, std::int64_t expiration_ms);
  void clear(Offset end_offset);
  void log_start_moved(Offset log_start_offset);
  void remove_expired(std::int64_t now_ms, std::int64_t expiration_ms);

 private:
  Offset last_stable_offset_after(const PartitionTxn& completed) const;

  std::unordered_map<ProducerId, ProducerEntry> producers_;
  std::map<Offset, PartitionTxn> ongoing_;       // By first offset.
  std::map<Offset, PartitionTxn> unreplicated_;  // Decided, the marker not yet below the high watermark.
  Offset end_offset_{0};
};

}  // namespace muir::storage
