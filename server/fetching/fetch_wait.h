#pragma once

#include "server/runtime/shard.h"

namespace muir::server {

// The one place where a fetch waits: for a partition to move, for its time to be over, or for its client to go.  What
// moves in one loop turn wakes it once, at the end of the turn.
// Used on the shard of the fetch.
class FetchWait final : private TurnEnd {
 public:
  explicit FetchWait(Shard& shard) : shard_(shard) {}
  FetchWait(const FetchWait&) = delete;
  FetchWait& operator=(const FetchWait&) = delete;
  ~FetchWait() { close(); }

  // False when `deadline` has passed and nothing had moved.  A move since the last reset() ends it at once.
  Task<bool> wait_until(Instant deadline);

  void moved();
  // What was told so far has been seen to.
  void reset();
  void cancel();
  // The fetch is over: nothing it is told counts any more, and it may be destroyed on another shard.
  void close();
  bool is_cancelled() const { return is_cancelled_; }

 private:
  void turn_ended() override;

  Shard& shard_;
  Sleep* sleep_ = nullptr;  // In the frame of wait_until().
  bool has_moved_ = false;
  bool is_cancelled_ = false;
  bool is_closed_ = false;
};

}  // namespace muir::server
