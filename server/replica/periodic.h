#pragma once

#include <algorithm>
#include <chrono>
#include <set>

#include "server/runtime/shard.h"

namespace muir::server {

// What one shard does again and again in the background, until stop().
// Owner: that shard; used there only.
class Periodic {
 public:
  explicit Periodic(Shard& shard) : shard_(shard) {}
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  // Runs `work`, which returns a Task<void>, after `first` and then `every` so long after its last end.
  template <class F>
  Task<void> run(std::chrono::milliseconds first, std::chrono::milliseconds every, F work) {
    for (bool due = co_await sleep(first); due; due = co_await sleep(every)) co_await work();
  }

  // Ends every run(): those that sleep at once, others when their work is done.
  void stop() {
    is_stopping_ = true;
    const auto sleeping = sleeping_;  // A woken one takes itself out.
    for (Sleep* sleep : sleeping)
      if (sleeping_.contains(sleep)) sleep->wake();
  }

  // Waits; false when it is time to stop.
  Task<bool> sleep(std::chrono::milliseconds time) {
    if (is_stopping_) co_return false;
    const auto bounded = std::clamp(time, std::chrono::milliseconds{1}, kLongest);
    Sleep sleep(shard_.timers(), shard_.clock().now() + bounded);
    sleeping_.insert(&sleep);
    co_await sleep;
    sleeping_.erase(&sleep);
    co_return !is_stopping_;
  }

 private:
  // A setting of "never" is a number of milliseconds that no clock can add.
  static constexpr std::chrono::milliseconds kLongest = std::chrono::hours{24 * 365};

  Shard& shard_;
  std::set<Sleep*> sleeping_;
  bool is_stopping_ = false;
};

}  // namespace muir::server
