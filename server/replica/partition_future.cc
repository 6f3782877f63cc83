// A move between log directories at its partition: how the future replica takes the log's place.

#include <algorithm>
#include <utility>

#include "server/replica/future_replica.h"
#include "server/replica/partition.h"

namespace muir::server {

Task<Result<std::shared_ptr<storage::Log>>> Partition::promote_future(FuturePtr future, std::uint64_t bytes_max,
                                                                      Promote promote) {
  const auto self = shared_from_this();
  const auto turn = co_await changes_.turn();
  for (bool is_caught_up = false; !is_caught_up;) {
    if (stopped_ || future_ != future) co_return ReplicaErrc::move_cancelled;
    if (log_->is_offline()) co_return ReplicaErrc::kafka_storage_error;  // What it holds cannot be trusted.
    const auto step = co_await future->copy_from(log_, state_.leader_epoch(), bytes_max);
    if (!step) co_return step.error();
    is_caught_up = step->is_caught_up;
  }
  const auto finished = co_await future->finish(*log_);
  if (!finished) co_return finished.error();
  auto promoted = co_await promote(future->log().directory());
  if (!promoted) co_return promoted.error();
  std::shared_ptr<storage::Log> log = std::move(*promoted);
  log->set_high_watermark(log_->high_watermark());
  // DeleteRecords does not wait for its turn.
  while (log->log_start_offset() < log_->log_start_offset()) {
    const auto moved = co_await log->increment_log_start_offset(log_->log_start_offset());
    if (!moved) co_return moved.error();
  }
  log->set_config(log_->config());
  future_.reset();
  log_.swap(log);
  moved();
  co_return log;
}

Task<Partition::FuturePtr> Partition::give_up_future() {
  const auto self = shared_from_this();
  if (future_) future_->cancel();
  const auto turn = co_await changes_.turn();
  log_moved();
  co_return std::exchange(future_, nullptr);
}

}  // namespace muir::server
