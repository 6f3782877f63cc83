#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/runtime/shard.h"

namespace muir::server {

// Threads for what would hold up a shard: recovery of logs, cold reads, decompression of large batches, key derivation.
// Jobs wait in one queue; a job belongs to a coroutine that awaits it, so the queue is bounded by the requests in
// flight.
class Pool {
 public:
  // Whether its threads get processors like those of shards, or only where shards leave some: for who computes long.
  enum class Standing { beside_shards, behind_shards };

  explicit Pool(std::size_t threads, Standing standing = Standing::beside_shards);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();  // Runs what is queued, then joins.

  // Runs `work` (a plain function, no coroutine) on a thread of the pool and resumes the caller on its own shard.
  template <class F, class R = std::invoke_result_t<F&>>
  Task<R> run(F work) {
    co_return co_await Job<F, R>(*this, work);
  }

  // The same at the expense of whoever the caller works for, before, there and after.
  template <class F>
  Task<void> run_paid(F work) {
    CpuAccount* const payer = CpuAccount::current();
    co_await run([&] {
      CpuAccount::enter(payer);
      work();
      CpuAccount::leave();  // While the account is certain to be there.
      return true;
    });
    CpuAccount::enter(payer);
  }

 private:
  struct Work {
    virtual void execute() = 0;

   protected:
    ~Work() = default;
  };

  template <class F, class R>
  class Job final : public Work, public Message {
   public:
    Job(Pool& pool, F& work) : pool_(pool), work_(work) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiter) {
      awaiter_ = awaiter;
      pool_.enqueue(*this);
    }
    R await_resume() { return std::move(*result_); }
    void execute() override {
      result_.emplace(work_());
      caller_.send(*this);
    }
    void run() override { awaiter_.resume(); }

   private:
    Pool& pool_;
    F& work_;
    Shard& caller_ = *Shard::current();
    std::coroutine_handle<> awaiter_;
    std::optional<R> result_;
  };

  void enqueue(Work& work);
  void work_until_stopped();

  const Standing standing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work*> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace muir::server
