#include "storage/disk/sync_threads.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "storage/disk/disk.h"

namespace muir::storage {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr long kXfsMagic = 0x58465342;  // Not in <linux/magic.h>.

bool kernel_tells_errors() {
  utsname names;
  int major = 0, minor = 0;
  if (::uname(&names) != 0 || std::sscanf(names.release, "%d.%d", &major, &minor) != 2) return false;
  return std::pair(major, minor) >= std::pair(5, 8);
}

// Its errors are those of its own disk.  An overlay, say, would hide those of the file system below.
bool file_system_tells_errors(int directory) {
  struct statfs status;
  if (::fstatfs(directory, &status) != 0) return false;
  return status.f_type == EXT4_SUPER_MAGIC || status.f_type == kXfsMagic;
}

// Open all the time: a failed write-back is told once to every descriptor that was open when it happened.
int open_for_syncfs(const std::string& directory) {
  if (!kernel_tells_errors()) return -1;
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || file_system_tells_errors(fd)) return fd;
  ::close(fd);
  return -1;
}

Result<void> sync_file_system(int directory) {
  while (::syncfs(directory) != 0)
    if (errno != EINTR) return sync_failure(last_system_error());
  return ok();
}

}  // namespace

SyncThreads::SyncThreads(const std::string& directory) : directory_(open_for_syncfs(directory)) {
  for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { work_until_stopped(); });
}

SyncThreads::~SyncThreads() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  if (directory_ >= 0) ::close(directory_);
}

void SyncThreads::submit(SyncRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&request);
    if (is_syncing_all_) return;  // Whoever does it looks again afterwards.
  }
  changed_.notify_one();
}

void SyncThreads::synced_alone(std::uint64_t bytes) {
  std::uint64_t before = unsynced_bytes_.load(std::memory_order_relaxed);
  while (!unsynced_bytes_.compare_exchange_weak(before, before - std::min(before, bytes), std::memory_order_relaxed)) {
  }
}

SyncThreads::Counts SyncThreads::counts() {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool SyncThreads::is_round_wanted() {
  if (directory_ < 0 || waiting_.size() < kRequestsOfSyncfs) return false;
  const auto now = SteadyClock::now();
  return now >= paused_until_ && unsynced_bytes(now) <= kUnsyncedBytesMax;
}

std::uint64_t SyncThreads::unsynced_bytes(SteadyClock::time_point now) {
  if (now - counting_since_ >= kWriteBackAge) {
    older_unsynced_bytes_ = unsynced_bytes_.exchange(0, std::memory_order_relaxed);
    counting_since_ = now;
  }
  return older_unsynced_bytes_ + unsynced_bytes_.load(std::memory_order_relaxed);
}

void SyncThreads::work_until_stopped() {
  ::pthread_setname_np(::pthread_self(), "sync");
  std::unique_lock lock(mutex_);
  for (;;) {
    // Who comes during a round waits for the next.
    changed_.wait(lock, [&] { return (!waiting_.empty() && !is_syncing_all_) || (waiting_.empty() && stopping_); });
    if (waiting_.empty()) return;
    if (is_round_wanted())
      sync_round(lock);
    else
      sync_one(lock);
  }
}

void SyncThreads::sync_one(std::unique_lock<std::mutex>& lock) {
  SyncRequest& request = *waiting_.front();
  waiting_.pop_front();
  ++counts_.requests;
  ++counts_.alone;
  lock.unlock();
  const auto began = SteadyClock::now();
  const auto outcome = request.sync();
  const auto took = SteadyClock::now() - began;
  request.synced(outcome);  // Then it may be gone.
  lock.lock();
  time_alone_ += (took - time_alone_) / 8;
}

void SyncThreads::sync_round(std::unique_lock<std::mutex>& lock) {
  const auto round = std::exchange(waiting_, {});
  is_syncing_all_ = true;
  counts_.requests += round.size();
  ++counts_.rounds;
  older_unsynced_bytes_ = 0;
  lock.unlock();

  unsynced_bytes_.store(0, std::memory_order_relaxed);
  const auto began = SteadyClock::now();
  const auto outcome = sync_file_system(directory_);
  const auto took = SteadyClock::now() - began;
  for (SyncRequest* request : round) request->synced(outcome);

  lock.lock();
  is_syncing_all_ = false;
  const auto took_alone = time_alone_ * static_cast<int>(round.size()) / static_cast<int>(kThreads);
  if (took >= kSlow && took > took_alone) paused_until_ = began + took + kSlowPause;
  if (stopping_)
    changed_.notify_all();
  else if (waiting_.size() > 1 && !is_round_wanted())
    changed_.notify_one();
}

}  // namespace muir::storage
