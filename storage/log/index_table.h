#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "storage/disk/file_handle.h"
#include "storage/log/errc.h"
#include "wire/base/ids.h"

namespace muir::storage {

// A file of fixed-size entries that only grows at its end: what .index and .timeindex have in common.  Of a segment
// that is written to, the entries are in memory and reach the file with write_out(); of any other, single entries are
// read where they stand, so that it costs no memory.  Format: docs/formats/segment.md.
//
// Entry: kBytes, is_unused(bytes), decode(bytes, base_offset), encode(bytes, base_offset).
template <class Entry>
class IndexTable {
 public:
  IndexTable(Disk& disk, std::string path, Offset base_offset, std::size_t bytes_max)
      : file_(disk, std::move(path), OpenMode::create), base_offset_(base_offset), bytes_max_(bytes_max) {}

  std::size_t size() const { return count_; }
  std::optional<Entry> last() const { return last_; }
  std::size_t entries_max() const { return bytes_max_ / Entry::kBytes; }
  void set_bytes_max(std::size_t bytes_max) { bytes_max_ = bytes_max; }
  std::uint64_t size_bytes() const { return count_ * Entry::kBytes; }
  bool is_resident() const { return resident_; }
  bool is_dirty() const { return dirty_; }  // Written out, or to be, and not synced.
  FileHandle& file() { return file_; }

  // Finds out how many entries the file has.  A tail of zeros, as Kafka preallocates it, is unused space.  Fails with
  // corrupt_index when the size is no multiple of an entry's.
  Task<Result<void>> load() {
    const auto file = co_await file_.get();
    if (!file) co_return file.error();
    const auto file_bytes = co_await (*file)->size();
    if (!file_bytes) co_return file_bytes.error();
    if (*file_bytes % Entry::kBytes != 0) co_return Errc::corrupt_index;
    const auto used = co_await used_entries(*file, *file_bytes / Entry::kBytes);
    if (!used) co_return used.error();
    count_ = written_ = *used;
    file_is_longer_ = count_ * Entry::kBytes != *file_bytes;
    const auto last = co_await load_last();
    co_return last;
  }

  // Brings the entries into memory, so that the table can grow.
  Task<Result<void>> make_resident() {
    if (resident_) co_return ok();
    const auto file = co_await file_.get();
    if (!file) co_return file.error();
    OwnedBytes bytes(count_ * Entry::kBytes);
    const auto read = co_await (*file)->read(0, bytes);
    if (!read) co_return read.error();
    if (*read != bytes.size()) co_return Errc::corrupt_index;
    entries_.clear();
    for (std::size_t i = 0; i < count_; ++i)
      entries_.push_back(Entry::decode(bytes.data() + i * Entry::kBytes, base_offset_));
    resident_ = true;
    co_return ok();
  }

  // An empty table, whatever the file has.
  void reset() {
    entries_.clear();
    count_ = written_ = 0;
    last_.reset();
    resident_ = file_is_longer_ = dirty_ = true;
  }

  // The same of a file that was just created.
  void begin_empty() {
    reset();
    file_is_longer_ = dirty_ = false;
  }

  // Gives memory and descriptor back.  Everything was written out.
  void release() {
    CHECK(written_ == count_);
    resident_ = false;
    entries_ = {};
    file_.release();
  }

  void push(const Entry& entry) {
    CHECK(resident_);
    entries_.push_back(entry);
    last_ = entry;
    ++count_;
    dirty_ = true;
  }

  void truncate(std::size_t count) {
    CHECK(resident_ && count <= count_);
    if (count == count_) return;
    entries_.resize(count);
    count_ = count;
    file_is_longer_ |= written_ > count;
    written_ = std::min(written_, count);
    last_ = count == 0 ? std::nullopt : std::optional(entries_.back());
    dirty_ = true;
  }

  Io<Entry> entry(std::size_t slot) {
    if (resident_) return entries_[slot];
    if (slot + 1 == count_) return *last_;
    return read_entry(slot);
  }

  // The number of entries for which `is_before` holds; it holds for a first part of them.
  template <class Predicate>
  Task<Result<std::size_t>> count_before(Predicate is_before) {
    std::size_t low = 0, high = count_;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const auto found = co_await entry(middle);
      if (!found) co_return found.error();
      if (is_before(*found)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    co_return low;
  }

  // The file has exactly the entries, not durably yet.
  Task<Result<void>> write_out() {
    if (written_ == count_ && !file_is_longer_) co_return ok();
    const auto file = co_await file_.get();
    if (!file) co_return file.error();
    const std::size_t first = written_, end = count_;
    OwnedBytes bytes((end - first) * Entry::kBytes);
    for (std::size_t i = first; i < end; ++i)
      entries_[i].encode(bytes.data() + (i - first) * Entry::kBytes, base_offset_);
    const ByteView whole = bytes;
    if (file_is_longer_) {
      const auto cut = co_await (*file)->truncate(first * Entry::kBytes);
      if (!cut) co_return cut.error();
      file_is_longer_ = false;
    }
    if (!bytes.empty()) {
      const auto written = co_await (*file)->write(first * Entry::kBytes, {&whole, 1});
      file_is_longer_ = !written;  // By what of it got there.
      if (!written) co_return written.error();
    }
    written_ = end;
    co_return ok();
  }

  Task<Result<void>> sync() {
    const auto written = co_await write_out();
    if (!written) co_return written.error();
    if (!dirty_) co_return ok();
    const auto file = co_await file_.get();
    if (!file) co_return file.error();
    const auto synced = co_await (*file)->sync_data();
    if (!synced) co_return synced.error();
    dirty_ = false;
    co_return ok();
  }

 private:
  Task<Result<Entry>> read_entry(std::size_t slot) {
    const auto file = co_await file_.get();
    if (!file) co_return file.error();
    std::array<std::byte, Entry::kBytes> bytes;
    const auto read = co_await (*file)->read(slot * Entry::kBytes, bytes);
    if (!read) co_return read.error();
    if (*read != bytes.size()) co_return Errc::corrupt_index;
    co_return Entry::decode(bytes.data(), base_offset_);
  }

  Task<Result<std::size_t>> used_entries(FilePtr file, std::size_t capacity) {
    std::size_t low = 0, high = capacity;
    bool first_probe = true;
    while (low < high) {
      // Most files have no unused tail: the last entry is looked at first.
      const std::size_t probe = std::exchange(first_probe, false) ? high - 1 : low + (high - low) / 2;
      std::array<std::byte, Entry::kBytes> bytes;
      const auto read = co_await file->read(probe * Entry::kBytes, bytes);
      if (!read) co_return read.error();
      if (*read != bytes.size()) co_return Errc::corrupt_index;
      if (Entry::is_unused(bytes)) {
        high = probe;
      } else {
        low = probe + 1;
      }
    }
    co_return low;
  }

  Task<Result<void>> load_last() {
    last_.reset();
    if (count_ == 0) co_return ok();
    const auto last = co_await read_entry(count_ - 1);
    if (!last) co_return last.error();
    last_ = *last;
    co_return ok();
  }

  FileHandle file_;
  Offset base_offset_;
  std::size_t bytes_max_;
  std::vector<Entry> entries_;  // All of them, if resident_.
  std::optional<Entry> last_;
  std::size_t count_ = 0;
  std::size_t written_ = 0;  // Entries that the file has.
  bool resident_ = false;
  bool file_is_longer_ = false;  // Bytes behind the written entries are to be cut off.
  bool dirty_ = false;
};

// Are all of them zero?
inline bool is_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace muir::storage
