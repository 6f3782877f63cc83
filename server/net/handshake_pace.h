#pragma once

#include <deque>

#include "server/runtime/shard.h"
#include "wire/base/task.h"

namespace muir::server {

// A handshake costs a thousand times what a small request does.  Of all connections of a shard only so many go on with
// theirs in one loop turn; the others wait in line, and whoever is logged in already is served in between.
// Owner: a shard's connections.
class HandshakePace final : private TurnEnd {
 public:
  static constexpr int kStepsPerTurn = 4;

  explicit HandshakePace(Shard& shard) : shard_(shard) {}
  ~HandshakePace() { shard_.forget(*this); }

  // Ends when one more step may be made.
  Task<void> turn() {
    while (steps_ == kStepsPerTurn) {
      Completion<bool> next;
      waiting_.push_back(&next);
      co_await next;
    }
    if (steps_++ == 0) shard_.at_turn_end(*this);
  }

 private:
  void turn_ended() override {
    steps_ = 0;
    for (int i = 0; i < kStepsPerTurn && !waiting_.empty(); ++i) {
      Completion<bool>* const next = waiting_.front();
      waiting_.pop_front();
      next->complete(true);
    }
  }

  Shard& shard_;
  std::deque<Completion<bool>*> waiting_;
  int steps_ = 0;
};

}  // namespace muir::server
