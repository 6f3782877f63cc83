// ListOffsets and DeleteRecords at their partition.

#include "server/replica/partition.h"
#include "server/replica/special_timestamp.h"

namespace muir::server {

Task<Result<std::optional<storage::TimestampedOffset>>> Partition::offset_for(std::int64_t timestamp,
                                                                              std::optional<FetchIsolation> isolation,
                                                                              std::optional<Epoch> current_leader_epoch,
                                                                              bool leader_only) {
  using Found = std::optional<storage::TimestampedOffset>;
  const auto self = shared_from_this();
  const auto checked = check(current_leader_epoch, leader_only);
  if (!checked) co_return checked.error();

  const Offset last_fetchable = upper_bound(isolation.value_or(FetchIsolation::log_end));
  // A new leader does not know yet how much of the former epochs is committed (KIP-207).
  const bool is_lagging =
      isolation && state_.leader_epoch_start() && state_.high_watermark() < *state_.leader_epoch_start();

  switch (timestamp) {
    case kLatestTimestamp:
      if (is_lagging) co_return ReplicaErrc::offset_not_available;
      co_return Found{{kNoTimestamp, last_fetchable, state_.leader_epoch()}};
    case kEarliestTimestamp:
    case kEarliestLocalTimestamp:
      co_return Found{log_->earliest_offset()};
    case kLatestTieredTimestamp:
    case kEarliestPendingUploadTimestamp:
      co_return Found{{kNoTimestamp, kNoOffset, kNoEpoch}};  // Nothing is tiered.
    default:
      break;
  }

  const auto log = log_;
  Result<Found> found = Found{};
  if (timestamp == kMaxTimestamp) {
    found = co_await log->offset_of_max_timestamp();
  } else {
    found = co_await log->offset_for_timestamp(timestamp);
  }
  if (!found) co_return read_failed(*log, found.error());
  if (*found && (*found)->offset < last_fetchable) co_return *found;
  if (is_lagging) co_return ReplicaErrc::offset_not_available;
  co_return Found{};
}

Task<Result<Offset>> Partition::delete_records(Offset offset, Instant deadline) {
  const auto self = shared_from_this();
  const auto checked = check(std::nullopt, true);
  if (!checked) co_return checked.error();
  if (!log_->config().cleanup_delete && log_->config().cleanup_compact) co_return ReplicaErrc::policy_violation;

  const Offset wanted = offset == kHighWatermark ? state_.high_watermark() : offset;
  if (wanted < Offset{0}) co_return ReplicaErrc::offset_out_of_range;
  const auto log = log_;
  const auto moved = co_await log->increment_log_start_offset(wanted);
  if (!moved) {
    if (moved.error() == storage::Errc::offset_out_of_range) co_return ReplicaErrc::offset_out_of_range;
    co_return failed(*log, moved.error());
  }
  carry_out(state_.log_start_moved(log_->log_start_offset()));

  for (;;) {
    if (stopped_) co_return *stopped_;
    if (!state_.is_leader()) co_return ReplicaErrc::not_leader_or_follower;
    if (const Offset low = state_.low_watermark(); wanted <= low) co_return low;
    const bool woken = co_await low_watermark_waits_.wait(host_.shard.timers(), wanted, deadline);
    if (!woken && state_.low_watermark() < wanted) co_return ReplicaErrc::request_timed_out;
  }
}

}  // namespace muir::server
