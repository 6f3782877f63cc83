// flush.messages at its partition: what has been appended counts only when it is on stable storage.
//
// Group commit: an append never waits for the disk.  It is written, its log owes a sync from then on, and at the end of
// the loop turn one begins, for everything that is there.  What is appended while it is under way rides on the next.
// When a sync has ended the leader's end of log moves, and with it the high watermark, and whoever waits for either
// goes on.

#include "server/replica/partition.h"

namespace muir::server {
namespace {

constexpr std::chrono::hours kLookAgain{1};  // Whoever waits for the disk waits as long as it takes.

}  // namespace

void Partition::count_appended() {
  if (owes_flush_ || is_flushing_ || log_->flush_is_due()) {
    owes_flush_ = true;
    if (state_.registration().replicas.size() > 1) return moved();  // Followers may have it at once.
    host_.shard.at_turn_end(*this);
  } else {
    carry_out(state_.appended(log_->log_end_offset(), host_.shard.clock().now()));
  }
}

Task<void> Partition::flush_appended() {
  const auto self = shared_from_this();
  is_flushing_ = true;
  while (owes_flush_ && !stopped_) {
    owes_flush_ = false;
    const Epoch leader_epoch = state_.leader_epoch();
    Offset end = log_->log_end_offset();
    const auto log = log_;
    const auto flushed = co_await log->flush();
    if (!flushed && log != log_) {
      owes_flush_ = true;  // A replica that moved here meanwhile has taken over, with everything.
      continue;
    }
    if (!flushed) {
      flush_failed(flushed.error());
      break;
    }
    // A change of role has settled everything itself.
    if (stopped_ || !state_.is_leader() || state_.leader_epoch() != leader_epoch) continue;
    if (log_->flush_is_due()) {
      owes_flush_ = true;
    } else {
      end = log_->log_end_offset();  // The rest may stay unsynced.
      owes_flush_ = false;
    }
    if (state_.log_end_offset() < end) carry_out(state_.appended(end, host_.shard.clock().now()));
  }
  is_flushing_ = false;
}

// With the turn of changes_: no append may come between, or it would count as of another epoch than it was made in.
Task<Result<void>> Partition::settle_appended() {
  if (!owes_flush_ && !is_flushing_) co_return ok();
  owes_flush_ = false;
  const auto flushed = co_await log_->flush();
  if (!flushed) {
    flush_failed(flushed.error());
    co_return failed(flushed.error());
  }
  if (state_.log_end_offset() < log_->log_end_offset())
    carry_out(state_.appended(log_->log_end_offset(), host_.shard.clock().now()));
  co_return ok();
}

// Nothing of what waited will ever count here.
void Partition::flush_failed(const Error& error) {
  owes_flush_ = false;
  static_cast<void>(failed(error));
  flush_waits_.wake_all();
  commit_waits_.wake_all();
}

Task<Result<void>> Partition::await_flushed(Offset end) {
  const auto self = shared_from_this();
  for (;;) {
    if (end <= state_.log_end_offset()) co_return ok();
    if (stopped_) co_return *stopped_;
    if (log_->is_offline()) co_return ReplicaErrc::kafka_storage_error;
    if (!state_.is_leader()) co_return ReplicaErrc::not_leader_or_follower;
    co_await flush_waits_.wait(host_.shard.timers(), end, host_.shard.clock().now() + kLookAgain);
  }
}

}  // namespace muir::server
