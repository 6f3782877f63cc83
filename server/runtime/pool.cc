#include "server/runtime/pool.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace muir::server {

namespace {

// The calling thread takes no processor from one who has it when there is something to do for it, and gets its turn
// later.
void stand_back(int niceness) {
  const sched_param none{};
  ::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none);
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
}

}  // namespace

Pool::Pool(std::size_t threads, int niceness) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, i, niceness] {
      if (niceness > 0) stand_back(niceness);
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
  }
}

}  // namespace muir::server
