#include "server/runtime/pool.h"

#include <pthread.h>
#include <sched.h>

#include "server/runtime/scheduling.h"

namespace muir::server {

Pool::Pool(std::size_t threads, Standing standing) : standing_(standing) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, i] {
      if (standing_ == Standing::behind_shards) stand_back();
      ::pthread_setname_np(::pthread_self(), ("pool-" + std::to_string(i)).substr(0, 15).c_str());
      work_until_stopped();
    });
  }
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Pool::enqueue(Work& work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(&work);
  }
  changed_.notify_one();
}

void Pool::work_until_stopped() {
  for (;;) {
    Work* work = nullptr;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = queue_.front();
      queue_.pop_front();
    }
    work->execute();
    // A shard that became ready meanwhile would wait until the kernel's tick, up to 4 ms, if there is more to do.
    if (standing_ == Standing::behind_shards) ::sched_yield();
  }
}

}  // namespace muir::server
