#include "server/fetching/fetch_wait.h"

namespace muir::server {

Task<bool> FetchWait::wait_until(Instant deadline) {
  if (!has_moved_ && !is_cancelled_) {
    Sleep sleep(shard_.timers(), deadline);
    sleep_ = &sleep;
    const bool timed_out = co_await sleep;
    sleep_ = nullptr;
    if (timed_out && !has_moved_) co_return false;
  }
  co_return true;
}

void FetchWait::moved() {
  if (is_closed_) return;
  has_moved_ = true;
  shard_.at_turn_end(*this);
}

void FetchWait::reset() {
  has_moved_ = false;
  shard_.forget(*this);
}

void FetchWait::cancel() {
  if (is_closed_) return;
  is_cancelled_ = true;
  shard_.at_turn_end(*this);
}

void FetchWait::close() {
  if (!std::exchange(is_closed_, true)) shard_.forget(*this);
}

void FetchWait::turn_ended() {
  if (sleep_ != nullptr) std::exchange(sleep_, nullptr)->wake();  // May end the fetch, and this object with it.
}

}  // namespace muir::server
