#include "server/runtime/long_work.h"

#include "server/runtime/shard.h"

namespace muir::server {

NextPiece::NextPiece(Line line) : shard_(Shard::current()), line_(line) {}

void NextPiece::await_suspend(std::coroutine_handle<> awaiter) noexcept {
  awaiter_ = awaiter;
  shard_->wait_in(line_, *this);
}

void NextPiece::go_on() {
  CpuAccount::enter(account_);
  awaiter_.resume();
}

bool WorkPace::is_long_since_began() {
  done_ = 0;
  const Shard* const shard = Shard::current();
  if (shard == nullptr) return false;
  const Instant now = shard->clock().now();
  if (began_ == Instant{}) began_ = now;
  return now - began_ >= kPieceMax;
}

}  // namespace muir::server
