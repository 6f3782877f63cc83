#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "wire/base/result.h"

namespace muir::storage {

// Whether what was done to an open file has been synced since.  From any thread.
class UnsyncedChanges {
 public:
  // A write or a truncation has ended, well or not.
  void changed() { changes_.fetch_add(1, std::memory_order_release); }

  // What a sync that begins now will cover.
  std::uint64_t so_far() const { return changes_.load(std::memory_order_acquire); }
  void synced(std::uint64_t covered, const Result<void>& outcome) {
    if (outcome)
      synced_.store(covered, std::memory_order_release);
    else
      failure_.store(outcome.error().value(), std::memory_order_release);
  }

  // Of a sync: after it one that succeeds would prove nothing.
  std::optional<Error> failure() const {
    const int failure = failure_.load(std::memory_order_acquire);
    return failure == 0 ? std::nullopt : std::optional(Error{failure, boost::system::system_category()});
  }
  bool any() const { return failure() || so_far() != synced_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint64_t> changes_{0};
  std::atomic<std::uint64_t> synced_{0};  // Of the changes.
  std::atomic<int> failure_{0};           // An errno.
};

}  // namespace muir::storage
