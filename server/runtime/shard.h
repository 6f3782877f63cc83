#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "server/runtime/cpu_account.h"
#include "server/runtime/long_work.h"
#include "server/runtime/mailbox.h"
#include "server/runtime/socket_poll.h"
#include "server/runtime/timer_wheel.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"
#include "wire/base/task.h"
#include "wire/base/task_group.h"

namespace muir::server {

using ShardId = StrongId<struct ShardIdTag, std::uint32_t>;

// Something to be done once at the end of the running loop turn, however often it was asked for: how many appends to a
// partition become one wake-up of each reader.  Owner: whoever embeds it; used only on its shard.
class TurnEnd {
 public:
  virtual void turn_ended() = 0;

 protected:
  ~TurnEnd() = default;

 private:
  friend class Shard;
  bool is_queued_ = false;
};

// One thread with one event loop, and everything that lives on it.  A partition, a connection, a coordinator belongs to
// exactly one shard and only that shard touches it; others send messages (call() below).
// The data shards are numbered from 0; the controller's shard runs Raft and the metadata.
class Shard {
 public:
  Shard(ShardId id, std::string name, const Clock& clock);
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;
  ~Shard();  // stop() and join() came first, or start() never.

  // The shard of the calling thread; null on a thread that is none.
  static Shard* current() { return current_; }

  void start();

  // One loop turn on the calling thread, which is this shard for as long, instead of start(): a test drives its shards
  // and the clock by hand.  True while there is more to do at once.
  bool run_turn();

  // From any thread: the loop ends when the last of tasks() has.
  void stop();
  void join();

  // From any thread.  `message` stays where it is until it has run here.
  void send(Message& message);

  // The rest is for this shard's own thread, or before start().
  ShardId id() const { return id_; }
  const std::string& name() const { return name_; }
  const Clock& clock() const { return clock_; }
  TimerWheel& timers() { return timers_; }
  TaskGroup& tasks() { return tasks_; }
  SocketPoll& sockets() { return sockets_; }
  bool is_stopping() const { return stopping_.load(std::memory_order_relaxed); }

  // `hook` is called when this turn's work is done.  Asking twice in a turn is asking once.
  void at_turn_end(TurnEnd& hook);

  // Forgets what is about to be destroyed.
  void forget(TurnEnd& hook);

 private:
  friend class NextPiece;
  using Pieces = boost::intrusive::list<NextPiece, boost::intrusive::constant_time_size<false>>;

  void loop();
  bool end_turn();
  void wait_in(NextPiece::Line line, NextPiece& piece) { pieces_[static_cast<std::size_t>(line)].push_back(piece); }
  bool do_one_piece();
  std::optional<Instant::duration> until_next_timer() const;

  const ShardId id_;
  const std::string name_;
  const Clock& clock_;
  SocketPoll sockets_;
  TimerWheel timers_;
  TaskGroup tasks_;
  Mailbox inbox_;
  std::atomic<bool> wake_sent_{false};
  std::atomic<bool> stopping_{false};
  std::deque<TurnEnd*> turn_ends_;
  std::array<Pieces, NextPiece::kLines> pieces_;
  std::size_t last_line_ = 0;  // Of pieces_: whose turn it was.
  std::thread thread_;

  static thread_local Shard* current_;
};

namespace detail {

// A call of another shard: goes there, runs as a task of that shard, comes back with the result.  Whoever pays for the
// caller's work pays for it, too.
template <class F, class R>
class RemoteCall final : public Message {
 public:
  RemoteCall(Shard& home, F& function) : home_(home), function_(function) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    home_.send(*this);
  }
  R await_resume() {
    if constexpr (!std::is_void_v<R>) return std::move(*result_);
  }

  void run() override {
    CpuAccount::enter(account_);
    if (has_run_) {
      awaiter_.resume();
    } else {
      home_.tasks().spawn("call from another shard", execute(*this));
    }
  }

 private:
  struct Nothing {};

  static Task<void> execute(RemoteCall& call) {
    if constexpr (std::is_void_v<R>) {
      co_await call.function_();
    } else {
      call.result_.emplace(co_await call.function_());
    }
    call.has_run_ = true;
    CpuAccount::leave();  // While the account is certain to be there.
    call.caller_.send(call);
  }

  Shard& home_;
  Shard& caller_ = *Shard::current();
  F& function_;
  CpuAccount* const account_ = CpuAccount::current();
  std::coroutine_handle<> awaiter_;
  std::optional<std::conditional_t<std::is_void_v<R>, Nothing, R>> result_;
  bool has_run_ = false;
};

}  // namespace detail

// Runs `function`, which returns a Task, on `home` and waits for its result; at once where the caller is at home.
// `function` lives until it has ended, and so do the things that it captured.
template <class F, class R = typename std::invoke_result_t<F&>::value_type>
Task<R> call(Shard& home, F function) {
  if (Shard::current() == &home) co_return co_await function();
  co_return co_await detail::RemoteCall<F, R>(home, function);
}

// Waits until `deadline` on the calling shard.
inline Task<void> sleep_until(Instant deadline) {
  Sleep sleep(Shard::current()->timers(), deadline);
  co_await sleep;
}

}  // namespace muir::server
