#include "server/runtime/shard.h"

#include <algorithm>

#include <pthread.h>

#include "server/runtime/scheduling.h"

namespace muir::server {
namespace {

// A thread's name as tools show it has at most 15 characters.
void name_thread(const std::string& name) { ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str()); }

}  // namespace

thread_local Shard* Shard::current_ = nullptr;

Shard::Shard(ShardId id, std::string name, const Clock& clock)
    : id_(id), name_(std::move(name)), clock_(clock), timers_(clock.now()) {}

Shard::~Shard() { CHECK(!thread_.joinable()); }

void Shard::start() {
  CHECK(!thread_.joinable());
  thread_ = std::thread([this] { loop(); });
}

void Shard::stop() {
  stopping_.store(true);
  sockets_.wake_up();
}

void Shard::join() {
  if (thread_.joinable()) thread_.join();
}

void Shard::send(Message& message) {
  inbox_.push(message);
  // One wake-up a batch: whoever finds the flag down wakes the loop, which lowers it before it drains.
  if (Shard::current() != this && !wake_sent_.exchange(true)) sockets_.wake_up();
}

void Shard::at_turn_end(TurnEnd& hook) {
  if (std::exchange(hook.is_queued_, true)) return;
  turn_ends_.push_back(&hook);
}

void Shard::forget(TurnEnd& hook) {
  if (!std::exchange(hook.is_queued_, false)) return;
  std::erase(turn_ends_, &hook);
}

bool Shard::do_one_piece() {
  for (std::size_t i = 1; i <= pieces_.size(); ++i) {
    const std::size_t line = (last_line_ + i) % pieces_.size();
    if (pieces_[line].empty()) continue;
    last_line_ = line;
    NextPiece& oldest = pieces_[line].front();
    pieces_[line].pop_front();
    oldest.go_on();
    CpuAccount::leave();
    return true;
  }
  return false;
}

// What is to be done once a turn.  True if there was anything, so that the loop must not sleep yet.
bool Shard::end_turn() {
  wake_sent_.store(false);
  std::size_t done = inbox_.drain();
  timers_.advance(clock_.now());
  // Only the hooks that stand here now: what they ask for belongs to the next turn.
  for (std::size_t left = turn_ends_.size(); left > 0 && !turn_ends_.empty(); --left, ++done) {
    TurnEnd* hook = turn_ends_.front();
    turn_ends_.pop_front();
    hook->is_queued_ = false;
    hook->turn_ended();
    CpuAccount::leave();
  }
  if (do_one_piece()) ++done;
  return done > 0 || !turn_ends_.empty() || !inbox_.is_empty();
}

std::optional<Instant::duration> Shard::until_next_timer() const {
  const auto deadline = timers_.next();
  if (!deadline) return std::nullopt;
  return *deadline - clock_.now();
}

bool Shard::run_turn() {
  CHECK(!thread_.joinable());
  Shard* const outer = std::exchange(current_, this);
  const bool had_news = sockets_.take_turn(Instant::duration::zero()) > 0;
  const bool is_busy = end_turn() || had_news;
  current_ = outer;
  return is_busy;
}

void Shard::loop() {
  current_ = this;
  name_thread(name_);
  ask_for_short_slices();
  bool is_busy = true;
  while (!stopping_ || tasks_.size() > 0) {
    sockets_.take_turn(is_busy ? Instant::duration::zero() : until_next_timer());
    is_busy = end_turn();
  }
  current_ = nullptr;
}

}  // namespace muir::server
