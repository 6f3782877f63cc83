#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "wire/base/result.h"

namespace muir::storage {

// Something that is to be on stable storage, and who is told.  Stays where it is until synced() has been called.
class SyncRequest {
 public:
  virtual Result<void> sync() = 0;                // By itself: an fdatasync of its file.
  virtual void synced(Result<void> outcome) = 0;  // Once.  Both are called on one of the threads.

 protected:
  ~SyncRequest() = default;
};

// The threads of one log directory that wait for its disk.
//
// Group commit over many files: while few requests wait, each is synced by itself.  As soon as some more do, one syncfs
// of the file system serves them all, and what is asked for meanwhile rides on the next round: the journal is
// committed, and the device flushed, once a round instead of once a file (the figures are in docs/adr/067).
//
// A syncfs also writes what nobody asked for.  So there is none while more than kUnsyncedBytesMax have been written
// here lately (what is older than kWriteBackAge the kernel has written back by itself), nor, for kSlowPause, after one
// that took kSlow and longer than its requests by themselves, going by the latest of those.  And none where it does not
// tell of errors: on a kernel before 5.8, or a file system that is none of its own.  A failure is never retried.
//
// Any thread may submit.  Bounded by the files of the logs: each log has one sync under way.
class SyncThreads {
 public:
  static constexpr std::size_t kThreads = 8;
  static constexpr std::size_t kRequestsOfSyncfs = 16;
  static constexpr std::uint64_t kUnsyncedBytesMax = 32 << 20;
  static constexpr std::chrono::seconds kWriteBackAge{30};  // vm.dirty_expire_centisecs
  static constexpr std::chrono::milliseconds kSlow{50};
  static constexpr std::chrono::seconds kSlowPause{30};

  // `directory` is there, and stays there.
  explicit SyncThreads(const std::string& directory);
  SyncThreads(const SyncThreads&) = delete;
  SyncThreads& operator=(const SyncThreads&) = delete;
  ~SyncThreads();  // Syncs what has been asked for, then joins.

  void submit(SyncRequest& request);

  // So much was written to files of the directory, and so much of it has been synced by itself.
  void wrote(std::uint64_t bytes) { unsynced_bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void synced_alone(std::uint64_t bytes);

  bool makes_rounds() const { return directory_ >= 0; }

  struct Counts {
    std::size_t requests = 0;  // That have been synced,
    std::size_t alone = 0;     // by themselves,
    std::size_t rounds = 0;    // or in so many rounds together.
  };
  Counts counts();

 private:
  void work_until_stopped();
  bool is_round_wanted();
  std::uint64_t unsynced_bytes(std::chrono::steady_clock::time_point now);
  void sync_round(std::unique_lock<std::mutex>& lock);
  void sync_one(std::unique_lock<std::mutex>& lock);

  int directory_ = -1;                            // Of which syncfs is called; -1: never.
  std::atomic<std::uint64_t> unsynced_bytes_{0};  // An estimate: the kernel writes back by itself, too.

  std::mutex mutex_;  // For all that follows.
  std::condition_variable changed_;
  std::deque<SyncRequest*> waiting_;
  bool is_syncing_all_ = false;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point paused_until_{};
  std::chrono::steady_clock::duration time_alone_{};  // Of a request that was synced by itself: a moving average.
  std::uint64_t older_unsynced_bytes_ = 0;            // Of the kWriteBackAge before
  std::chrono::steady_clock::time_point counting_since_ = std::chrono::steady_clock::now();
  Counts counts_;
  std::vector<std::thread> threads_;
};

}  // namespace muir::storage
