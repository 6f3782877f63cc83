#include "storage/log/cleaned_transactions.h"

namespace muir::storage {

void CleanedTransactions::add_aborted(const std::vector<AbortedTxn>& aborted) {
  pending_.insert(aborted.begin(), aborted.end());
}

void CleanedTransactions::begin_up_to(Offset offset) {
  while (!pending_.empty() && pending_.begin()->first_offset <= offset) {
    const AbortedTxn txn = *pending_.begin();
    pending_.erase(pending_.begin());
    aborted_.try_emplace(txn.producer_id, Ongoing{txn});
  }
}

bool CleanedTransactions::on_batch(const BatchHeader& batch) {
  begin_up_to(batch.last_offset());
  if (!batch.is_transactional()) return false;
  const auto found = aborted_.find(batch.producer_id);
  if (found == aborted_.end()) {
    committed_.insert(batch.producer_id);
    return false;
  }
  found->second.has_data = true;
  return true;
}

bool CleanedTransactions::on_control_batch(const BatchHeader& batch, const std::optional<EndTxnMarker>& marker,
                                           bool is_empty) {
  begin_up_to(batch.last_offset());
  if (is_empty) return true;
  if (!marker) return false;  // Not of a transaction: somebody else's control record.
  if (!marker->is_abort) return committed_.erase(batch.producer_id) == 0;
  const auto found = aborted_.find(batch.producer_id);
  if (found == aborted_.end()) return true;
  const Ongoing ongoing = found->second;
  aborted_.erase(found);
  if (!ongoing.has_data) return true;
  index_.push_back(ongoing.txn);
  return false;
}

}  // namespace muir::storage
