#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/log/aborted_txn.h"
#include "storage/log/batch_header.h"

namespace muir::storage {

// What the cleaner knows of transactions while it reads a log from one offset to another: which batches were aborted,
// and which markers have lost all their data.  Kafka's CleanedTransactionMetadata.  Pure.
//
// The batches are shown to it in the order of the log; aborted transactions before the batches that they reach.
class CleanedTransactions {
 public:
  void add_aborted(const std::vector<AbortedTxn>& aborted);

  // A data batch.  True when it belongs to an aborted transaction: none of its records may be seen again.
  bool on_batch(const BatchHeader& batch);

  // A control batch; `marker` of its first record, if it has one.  True when no data of its transaction was met, so
  // that nothing needs the marker but its delete horizon.  A batch that has been emptied needs nothing.
  bool on_control_batch(const BatchHeader& batch, const std::optional<EndTxnMarker>& marker, bool is_empty);

  // The aborted transactions of which data and marker were met since the last call, by last offset: the index of the
  // segment that the marker is in.
  std::vector<AbortedTxn> take_index() { return std::exchange(index_, {}); }

 private:
  struct Ongoing {
    AbortedTxn txn;
    bool has_data = false;
  };
  struct ByFirstOffset {
    bool operator()(const AbortedTxn& a, const AbortedTxn& b) const {
      if (a.first_offset != b.first_offset) return a.first_offset < b.first_offset;
      return a.producer_id < b.producer_id;
    }
  };
  void begin_up_to(Offset offset);

  std::set<AbortedTxn, ByFirstOffset> pending_;
  std::unordered_map<ProducerId, Ongoing> aborted_;
  std::unordered_set<ProducerId> committed_;
  std::vector<AbortedTxn> index_;
};

}  // namespace muir::storage
