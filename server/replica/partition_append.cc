// Produce at its partition: append, and wait until it is committed.

#include "server/replica/partition.h"
#include "wire/record/errc.h"

namespace muir::server {
namespace {

// For these, Kafka's answer does not tell the log start offset.
bool hides_log_start(const Error& error) {
  return error == ReplicaErrc::not_leader_or_follower || error == ReplicaErrc::unknown_topic_or_partition ||
         error == ReplicaErrc::kafka_storage_error || error == storage::Errc::record_too_large ||
         error == storage::Errc::batch_list_too_large || error == storage::Errc::corrupt_batch;
}

}  // namespace

Task<Partition::Append> Partition::append(MutableByteView records, bool all_in_sync, storage::AppendOrigin origin) {
  const auto self = shared_from_this();
  const auto turn = co_await changes_.turn();

  Append answer;
  if (const auto checked = check(std::nullopt, true); !checked) {
    answer.error = checked.error();
  } else if (all_in_sync && state_.is_under_min_isr()) {
    answer.error = ReplicaErrc::not_enough_replicas;
  } else {
    const auto appended = co_await log_->append_as_leader(records, state_.leader_epoch(), origin, &answer.rejection);
    if (appended) {
      answer.info = *appended;
      count_appended();
      answer.awaits_flush = state_.log_end_offset() < answer.end_offset();
    } else {
      answer.error = failed(appended.error());
    }
  }
  if (answer.error)
    answer.info.log_start_offset = hides_log_start(answer.error) ? kNoOffset : state_.log_start_offset();
  co_return answer;
}

Task<Result<void>> Partition::await_committed(Offset end, Instant deadline) {
  const auto self = shared_from_this();
  for (;;) {
    if (stopped_) co_return *stopped_;
    switch (state_.commitment(end)) {
      case storage::Commitment::committed:
        co_return ok();
      case storage::Commitment::committed_below_min_isr:
        co_return ReplicaErrc::not_enough_replicas_after_append;
      case storage::Commitment::not_leader:
        co_return ReplicaErrc::not_leader_or_follower;
      case storage::Commitment::waiting:
        if (log_->is_offline()) co_return ReplicaErrc::kafka_storage_error;
        break;
    }
    const bool woken = co_await commit_waits_.wait(host_.shard.timers(), end, deadline);
    if (!woken && state_.commitment(end) == storage::Commitment::waiting && !stopped_)
      co_return ReplicaErrc::request_timed_out;
  }
}

}  // namespace muir::server
