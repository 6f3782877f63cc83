#pragma once

#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "storage/disk/disk.h"
#include "wire/base/clock.h"

namespace muir::storage {

// A disk in memory for tests: fails when told to, tears writes, and forgets on crash() what was not synced.  Everything
// random comes from one seed.  One thread at a time.   Answers inline.
class FaultyDisk final : public Disk {
 public:
  explicit FaultyDisk(std::uint64_t seed = 0, const Clock& clock = system_clock());
  ~FaultyDisk() override;

  // Faults.  Operations are counted from 0; every call on the disk or on one of its files is one.
  std::uint64_t operations() const { return operations_; }
  void fail_operation(std::uint64_t number, int error = 5 /* EIO */);  // That one; a failing write is torn.
  void fail_from(std::uint64_t number, int error = 5);                 // That one and all that follow.
  // Those of [first, last] that need room, and only those, find none.
  void fill_between(std::uint64_t first, std::uint64_t last);
  void heal();                                                         // No more failures.
  void set_capacity(std::uint64_t bytes) { capacity_bytes_ = bytes; }  // Writes beyond answer ENOSPC, torn.

  // Power loss.  What was synced stays; of everything else, a random part.  No File of before may be used after it.
  void crash();

  // What a test may do behind the broker's back.
  OwnedBytes content(const std::string& path) const;  // Empty when there is none.
  bool exists(const std::string& path) const { return names_.contains(path); }
  void put(const std::string& path, OwnedBytes bytes);  // Durably.
  void lose_last_bytes(const std::string& path, std::size_t count);
  void flip_bit(const std::string& path, std::size_t byte, int bit);
  void evict(const std::string& path);  // Out of memory: what is read of it next comes from the medium.
  std::vector<std::string> paths() const;

  Io<FilePtr> open(const std::string& path, OpenMode mode) override;
  Io<std::optional<FileStatus>> status(const std::string& path) override;
  Io<std::vector<std::string>> list(const std::string& directory) override;
  Io<> rename(const std::string& from, const std::string& to) override;
  Io<> remove(const std::string& path) override;
  Io<> create_directory(const std::string& path) override;
  Io<> remove_directory(const std::string& path) override;
  Io<> sync_directory(const std::string& path) override;
  Io<> aside(std::function<void()> work) override {
    ++asides_;
    return Disk::aside(std::move(work));
  }
  int asides() const { return asides_; }  // So often was work done aside.
  Io<std::unique_ptr<DiskLock>> lock(const std::string& path) override;

 private:
  struct Node;
  class OpenFile;
  class HeldLock;
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  // A change of names that a crash may undo, unless a directory it touches was synced since.
  struct Change {
    std::set<std::string> directories;
    std::function<void(Names&)> apply;
  };

  enum class Needs { nothing, room };
  std::optional<Error> next_fault(Needs needs = Needs::nothing);
  bool takes_part() { return random_() % 2 == 0; }
  void change(std::set<std::string> directories, std::function<void(Names&)> apply);
  std::shared_ptr<Node> find(const std::string& path) const;
  std::uint64_t used_bytes() const;
  void tear(Node& node);

  const Clock& clock_;
  std::mt19937_64 random_;
  std::uint64_t operations_ = 0;
  std::uint64_t fail_first_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t fail_last_ = 0;
  int fail_error_ = 0;
  bool fails_only_for_room_ = false;
  std::uint64_t capacity_bytes_ = std::numeric_limits<std::uint64_t>::max();
  Names names_;
  Names durable_names_;
  std::vector<Change> changes_;  // Oldest first.
  std::set<std::string> locks_;
  int asides_ = 0;
};

}  // namespace muir::storage
