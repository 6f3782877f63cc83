#include "storage/log/transaction_index.h"

#include <algorithm>

namespace muir::storage {
namespace {

constexpr std::size_t kEntriesPerRead = 120;  // Some 4 KiB.

}  // namespace

Task<Result<void>> TransactionIndex::load() {
  reset();
  file_is_longer_ = false;
  const auto status = co_await disk_.status(file_.path());
  if (!status) co_return status.error();
  if (!*status) co_return ok();
  if ((*status)->size_bytes % AbortedTxn::kBytes != 0) co_return Errc::corrupt_index;
  count_ = written_ = (*status)->size_bytes / AbortedTxn::kBytes;
  const auto checked = co_await check_entries();
  file_.release();
  co_return checked;
}

Task<Result<void>> TransactionIndex::check_entries() {
  for (std::size_t slot = 0; slot < count_;) {
    const auto entries = co_await read_entries(slot);
    if (!entries) co_return entries.error();
    for (const AbortedTxn& txn : *entries) {
      const bool in_order = txn.first_offset <= txn.last_offset && (!last_ || txn.last_offset > last_->last_offset);
      if (txn.last_offset < base_offset_ || !in_order) co_return Errc::corrupt_index;
      last_ = txn;
    }
    slot += entries->size();
  }
  co_return ok();
}

void TransactionIndex::reset() {
  unwritten_.clear();
  count_ = written_ = 0;
  last_.reset();
  file_is_longer_ = true;
}

Result<void> TransactionIndex::append(const AbortedTxn& txn) {
  if (last_ && txn.last_offset <= last_->last_offset) return Errc::corrupt_index;
  unwritten_.push_back(txn);
  last_ = txn;
  ++count_;
  return ok();
}

// Some entries from `slot` on, at least one; nothing where the index has been cut meanwhile.
Task<Result<std::vector<AbortedTxn>>> TransactionIndex::read_entries(std::size_t slot) {
  if (slot >= written_) co_return unwritten_from(slot);
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  OwnedBytes bytes(std::min(kEntriesPerRead, written_ - std::min(slot, written_)) * AbortedTxn::kBytes);
  const auto read = co_await (*file)->read(slot * AbortedTxn::kBytes, bytes);
  if (!read) co_return read.error();
  std::vector<AbortedTxn> entries;
  for (const std::byte* at = bytes.data(); at + AbortedTxn::kBytes <= bytes.data() + *read; at += AbortedTxn::kBytes) {
    if (AbortedTxn::version_of(at) > AbortedTxn::kVersion) co_return Errc::corrupt_index;
    entries.push_back(AbortedTxn::decode(at));
  }
  if (entries.empty() && slot < written_) co_return Errc::corrupt_index;
  co_return entries;
}

std::vector<AbortedTxn> TransactionIndex::unwritten_from(std::size_t slot) const {
  const std::size_t skipped = std::min(slot - written_, unwritten_.size());
  return {unwritten_.begin() + static_cast<std::ptrdiff_t>(skipped), unwritten_.end()};
}

Task<Result<std::size_t>> TransactionIndex::first_reaching(Offset from) {
  std::size_t low = 0, high = count_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const auto entries = co_await read_entries(middle);
    if (!entries) co_return entries.error();
    if (entries->empty()) co_return count_;
    if (entries->front().last_offset < from) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  co_return low;
}

Task<Result<TransactionIndex::Search>> TransactionIndex::collect(Offset from, Offset upper) {
  Search search;
  if (!reaches(from)) co_return search;
  const auto first = co_await first_reaching(from);
  if (!first) co_return first.error();
  for (std::size_t slot = *first; slot < count_;) {
    const auto entries = co_await read_entries(slot);
    if (!entries) co_return entries.error();
    if (entries->empty()) break;
    for (const AbortedTxn& txn : *entries) {
      if (txn.first_offset < upper) search.txns.push_back(txn);
      if (txn.last_stable_offset < upper) continue;
      search.is_complete = true;
      co_return search;
    }
    slot += entries->size();
  }
  co_return search;
}

Task<Result<void>> TransactionIndex::truncate_to(Offset offset) {
  if (!reaches(offset)) co_return ok();
  const auto kept = co_await first_reaching(offset);
  if (!kept) co_return kept.error();
  last_.reset();
  if (*kept > 0) {
    const auto entries = co_await read_entries(*kept - 1);
    if (!entries) co_return entries.error();
    if (entries->empty()) co_return Errc::corrupt_index;
    last_ = entries->front();
  }
  file_is_longer_ |= written_ > *kept;
  written_ = std::min(written_, *kept);
  unwritten_.resize(*kept - written_);
  count_ = *kept;
  co_return ok();
}

Task<Result<void>> TransactionIndex::write_out() {
  if (unwritten_.empty() && !file_is_longer_) co_return ok();
  const auto status = co_await disk_.status(file_.path());
  if (!status) co_return status.error();
  if (!*status && unwritten_.empty()) {
    file_is_longer_ = false;
    co_return ok();
  }
  name_is_new_ |= !*status;
  dirty_ = true;
  const auto cut = co_await cut_file();
  if (!cut) co_return cut.error();
  if (unwritten_.empty()) co_return ok();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  const std::size_t first = written_, end = count_;
  OwnedBytes bytes(unwritten_.size() * AbortedTxn::kBytes);
  for (std::size_t i = 0; i < unwritten_.size(); ++i) unwritten_[i].encode(bytes.data() + i * AbortedTxn::kBytes);
  const ByteView whole = bytes;
  const auto written = co_await (*file)->write(first * AbortedTxn::kBytes, {&whole, 1});
  if (!written) co_return written.error();
  if (end <= written_) co_return ok();  // Another call has written the same meanwhile.
  unwritten_.erase(unwritten_.begin(), unwritten_.begin() + static_cast<std::ptrdiff_t>(end - written_));
  written_ = end;
  co_return ok();
}

Task<Result<void>> TransactionIndex::cut_file() {
  if (!file_is_longer_) co_return ok();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  const auto cut = co_await (*file)->truncate(written_ * AbortedTxn::kBytes);
  if (!cut) co_return cut.error();
  file_is_longer_ = false;
  co_return ok();
}

Task<Result<void>> TransactionIndex::sync() {
  const auto written = co_await write_out();
  if (!written) co_return written.error();
  if (!dirty_) co_return ok();
  const auto file = co_await file_.get();
  if (!file) co_return file.error();
  const auto synced = co_await (*file)->sync_data();
  if (!synced) co_return synced.error();
  if (name_is_new_) {
    const auto named = co_await disk_.sync_directory(parent_directory(file_.path()));
    if (!named) co_return named.error();
  }
  name_is_new_ = dirty_ = false;
  co_return ok();
}

}  // namespace muir::storage
