#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/disk/file_handle.h"
#include "storage/log/aborted_txn.h"
#include "storage/log/errc.h"

namespace muir::storage {

// The aborted transactions whose markers are in one segment, by the offset of the marker: ".txnindex".  There is no
// file before the first entry.  Format: docs/formats/transaction-index.md.
//
// What is appended waits in memory until write_out(), like the other indexes' entries (ADR 21): after a crash the
// index of a segment that was not synced is rebuilt from the batches.
// Owner: the Segment holding it, and whoever builds a new segment (the cleaner).
class TransactionIndex {
 public:
  static constexpr std::size_t kUnwrittenMax = 4096;  // Entries; the owner writes them out before there are more.

  TransactionIndex(Disk& disk, std::string path, Offset base_offset)
      : disk_(disk), file_(disk, std::move(path), OpenMode::create), base_offset_(base_offset) {}

  // Reads every entry once.  No file is an empty index.  Fails with corrupt_index when the file ends within an entry,
  // has entries of a later version, of a marker before the segment, or out of order.
  Task<Result<void>> load();

  // An empty index, whatever the file has.
  void reset();

  // Markers come in the order of the log: fails with corrupt_index unless `txn` ends after the last entry.
  Result<void> append(const AbortedTxn& txn);

  struct Search {
    std::vector<AbortedTxn> txns;
    bool is_complete = false;  // No entry of a later segment can begin below the upper bound.
  };
  // The transactions that reach into [from, upper).  Safe beside append() and write_out().
  Task<Result<Search>> collect(Offset from, Offset upper);

  // Drops the transactions whose markers are at or above `offset`.
  Task<Result<void>> truncate_to(Offset offset);

  // The file has exactly the entries, not durably yet.
  Task<Result<void>> write_out();
  // What was written out before is durable, the file's name with it.
  Task<Result<void>> sync();

  std::size_t size() const { return count_; }
  std::optional<AbortedTxn> last() const { return last_; }
  bool reaches(Offset from) const { return last_ && last_->last_offset >= from; }  // Else collect() finds nothing.
  bool must_write_out() const { return unwritten_.size() >= kUnwrittenMax; }
  FileHandle& file() { return file_; }

 private:
  Task<Result<std::vector<AbortedTxn>>> read_entries(std::size_t slot);
  Task<Result<std::size_t>> first_reaching(Offset from);
  std::vector<AbortedTxn> unwritten_from(std::size_t slot) const;
  Task<Result<void>> check_entries();
  Task<Result<void>> cut_file();

  Disk& disk_;
  FileHandle file_;
  Offset base_offset_;
  std::size_t count_ = 0;
  std::size_t written_ = 0;            // Entries that the file has; the others are unwritten_.
  std::vector<AbortedTxn> unwritten_;  // Invariant: count_ == written_ + unwritten_.size().
  std::optional<AbortedTxn> last_;
  bool file_is_longer_ = false;  // Bytes behind the written entries are to be cut off, if there is a file.
  bool name_is_new_ = false;     // The directory is to be synced.
  bool dirty_ = false;           // Written out and not synced.
};

}  // namespace muir::storage
