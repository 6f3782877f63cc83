#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace muir::server {

// Processor time that our threads spend on somebody's behalf: a client with a quota of it.  At any moment a thread
// works for one account or for none; the loop of a shard ends that with every event that it has dealt with, and a call
// of another shard takes the account along.  Threads that work for nobody who is counted never look at a clock. Work
// that is shared (a high watermark that moves for many) is charged to whoever set it off; that of pools to whoever it
// is done for where it is said so (Pool::run_paid), that of disks' threads to nobody.
// Owner: whoever pays.  Outlives every call of another shard that was made on its behalf.
class CpuAccount {
 public:
  CpuAccount() = default;
  CpuAccount(const CpuAccount&) = delete;
  CpuAccount& operator=(const CpuAccount&) = delete;
  ~CpuAccount() {
    if (current_ == this) current_ = nullptr;
  }

  // The calling thread works for `account` from now on, or for nobody.
  static void enter(CpuAccount* account) {
    if (current_ != account) change_to(account);
  }
  static void leave() { enter(nullptr); }
  static CpuAccount* current() { return current_; }

  // What was spent since this was asked last, on all threads; that of the calling one up to now.
  std::chrono::nanoseconds take();

 private:
  static void change_to(CpuAccount* account);
  void charge(std::int64_t now_ns);

  std::atomic<std::int64_t> spent_ns_{0};
  static thread_local constinit inline CpuAccount* current_ = nullptr;
  static thread_local constinit inline std::int64_t since_ns_ = 0;  // The thread's own clock when it entered current_.
};

}  // namespace muir::server
