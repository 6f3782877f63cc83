// Fetch at its partition: what a consumer or a follower may see from an offset on.

#include <algorithm>

#include "server/replica/partition.h"

namespace muir::server {
namespace {

constexpr std::uint64_t kAnySize = std::uint64_t{1} << 40;  // Of a slice: beyond the end of every segment.

// What a read_committed reader of `slice` is told.  How far Kafka looks depends on the bytes that were asked for and
// are there, not on the whole batches among them: it sends the beginning of the next one too.
Task<Result<std::vector<AbortedTransaction>>> aborted_transactions(storage::Log* log, storage::LogSlice slice,
                                                                   Offset from, std::uint64_t bytes_max, Offset upper) {
  storage::LogSlice widest = slice;
  widest.bytes.size_bytes = kAnySize;
  const auto any = co_await log->aborted_transactions_in(widest, from);
  if (!any) co_return any.error();
  if (any->empty()) co_return std::vector<AbortedTransaction>{};
  if (slice.bytes.size_bytes < bytes_max) {
    const auto available = co_await log->read(from, kAnySize, false, upper);
    if (!available) co_return available.error();
    if (available->segment == slice.segment)
      slice.bytes.size_bytes = std::max(slice.bytes.size_bytes, std::min(bytes_max, available->bytes.size_bytes));
  }
  const auto txns = co_await log->aborted_transactions_in(slice, from);
  if (!txns) co_return txns.error();
  std::vector<AbortedTransaction> aborted;
  for (const storage::AbortedTxn& txn : *txns) aborted.push_back({txn.producer_id, txn.first_offset});
  co_return aborted;
}

}  // namespace

Task<Result<PartitionRead>> Partition::read(PartitionFetch fetch, FetchReader reader) {
  const auto self = shared_from_this();
  const auto checked = check(fetch.current_leader_epoch, reader.leader_only);
  if (!checked) co_return checked.error();

  // All as it was before the read: what is appended meanwhile must not make a follower look late.
  PartitionRead answer;
  answer.moves = moves_;
  answer.high_watermark = state_.high_watermark();
  answer.last_stable_offset = log_->last_stable_offset();
  answer.log_start_offset = log_->log_start_offset();
  const Offset end_offset = log_->log_end_offset();

  if (reader.follower != kNoNode) {
    const auto recognised = check_follower(fetch, reader);
    if (!recognised) co_return recognised.error();
  }
  const auto divergence = find_divergence(fetch);
  if (!divergence) co_return divergence.error();
  answer.diverging_epoch = *divergence;

  if (!answer.diverging_epoch) {
    const auto log = log_;
    auto slice = co_await log->read(fetch.fetch_offset, fetch.bytes_max, fetch.at_least_one_batch,
                                    upper_bound(reader.isolation));
    if (!slice) {
      if (slice.error() == storage::Errc::offset_out_of_range) co_return ReplicaErrc::offset_out_of_range;
      co_return read_failed(*log, slice.error());
    }
    if (reader.isolation == FetchIsolation::txn_committed) {
      auto aborted = co_await aborted_transactions(log_.get(), *slice, fetch.fetch_offset, fetch.bytes_max,
                                                   upper_bound(reader.isolation));
      if (!aborted) co_return failed(aborted.error());
      answer.aborted_transactions = std::move(*aborted);
    }
    answer.records = std::move(slice->bytes);
    if (reader.follower != kNoNode && fetch.counts_as_fetch) {
      const auto recorded = record_follower(fetch, reader, end_offset);
      if (!recorded) co_return recorded.error();
    }
  }
  co_return answer;
}

// A replica that the newest assignment does not name is told to retry in the terms that it understands.
Result<void> Partition::check_follower(const PartitionFetch& fetch, const FetchReader& reader) const {
  if (state_.has_follower(reader.follower)) return ok();
  return fetch.current_leader_epoch ? ReplicaErrc::unknown_leader_epoch : ReplicaErrc::not_leader_or_follower;
}

Result<void> Partition::record_follower(const PartitionFetch& fetch, const FetchReader& reader,
                                        Offset leader_end_offset) {
  const auto outcome = state_.follower_fetched(
      {reader.follower, fetch.fetch_offset, fetch.follower_log_start, leader_end_offset, reader.follower_epoch},
      host_.shard.clock().now());
  if (outcome.verdict != storage::FollowerVerdict::recorded) return ReplicaErrc::not_leader_or_follower;
  const auto& effects = outcome.effects;
  if (effects.high_watermark || effects.proposal || effects.low_watermark_moved) carry_out(effects);
  return ok();
}

Result<std::optional<storage::EpochEnd>> Partition::find_divergence(const PartitionFetch& fetch) const {
  if (!fetch.last_fetched_epoch) return std::optional<storage::EpochEnd>{};
  const auto end = epoch_end_offset(fetch.current_leader_epoch, *fetch.last_fetched_epoch, false);
  if (!end) return end.error();
  if (end->end_offset == kNoOffset || end->epoch == kNoEpoch) return ReplicaErrc::offset_out_of_range;
  if (fetch.fetch_offset < log_->log_start_offset()) return ReplicaErrc::offset_out_of_range;
  const bool diverges = end->epoch < *fetch.last_fetched_epoch || end->end_offset < fetch.fetch_offset;
  return diverges ? std::optional(*end) : std::nullopt;
}

Offset Partition::upper_bound(FetchIsolation isolation) const {
  switch (isolation) {
    case FetchIsolation::log_end:
      return log_->log_end_offset();
    case FetchIsolation::high_watermark:
      return state_.high_watermark();
    case FetchIsolation::txn_committed:
      return log_->last_stable_offset();
  }
  return state_.high_watermark();
}

}  // namespace muir::server
