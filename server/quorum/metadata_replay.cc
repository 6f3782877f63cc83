// What the listeners of a MetadataQuorum hear, and what it says of itself.
#include <algorithm>
#include <utility>

#include "server/quorum/errc.h"
#include "server/quorum/metadata_quorum.h"

namespace muir::server {

Task<Result<void>> MetadataQuorum::bring_listeners_up_to_date() {
  if (!listeners_are_behind_) co_return ok();
  listeners_are_behind_ = false;
  // By index: a listener may be added meanwhile, and a deque's elements stay where they are.
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    const auto told = co_await bring_up_to_date(listeners_[i]);
    if (!told) co_return told.error();
  }
  co_return ok();
}

Task<Result<void>> MetadataQuorum::bring_up_to_date(Listening& listening) {
  const auto snapshot = log_->latest_snapshot();
  const bool needs_snapshot = !listening.next || *listening.next < log_->start_offset();
  if (needs_snapshot && Offset{0} < high_watermark_) {
    const bool has_snapshot = snapshot && *snapshot != storage::kBootstrapSnapshotId;
    if (has_snapshot) {
      const auto loaded = co_await load_snapshot(listening, *snapshot);
      if (!loaded) co_return loaded.error();
    } else {
      listening.next = Offset{0};
    }
  }
  while (listening.next && *listening.next < high_watermark_) {
    // Read back rather than remembered: what is applied is what a restart would find.
    const auto bytes = co_await log_->read(*listening.next, high_watermark_);
    if (!bytes) co_return bytes.error();
    for (ByteView rest = *bytes; !rest.empty();) {
      const auto batch = read_batch(rest);
      if (!batch) co_return batch.error();
      deliver(listening, *batch);
      rest = rest.subspan(batch->size_bytes);
    }
    if (bytes->empty()) break;  // A batch that reaches over the high watermark: its turn comes.
  }

  const bool has_seen_all = listening.next && epoch_start_ <= *listening.next && epoch_start_ < high_watermark_;
  if (leader_epoch_ && listening.told_leads != leader_epoch_ && has_seen_all) {
    listening.told_leads = leader_epoch_;
    listening.listener->on_leader(*leader_epoch_);
  }
  co_return ok();
}

void MetadataQuorum::deliver(Listening& listening, const ReadBatch& batch) {
  listening.next = batch.end_offset;
  listening.listener->on_committed({.base_offset = batch.base_offset,
                                    .end_offset = batch.end_offset,
                                    .epoch = batch.epoch,
                                    .timestamp_ms = batch.timestamp_ms,
                                    .size_bytes = batch.size_bytes,
                                    .records = batch.records});
}

Task<Result<void>> MetadataQuorum::load_snapshot(Listening& listening, storage::OffsetAndEpoch id) {
  const auto snapshot = co_await log_->read_snapshot(id);
  if (!snapshot) co_return snapshot.error();
  const std::vector<ByteView> records(snapshot->records.begin(), snapshot->records.end());
  listening.next = id.offset;
  listening.listener->on_load_snapshot({id, snapshot->last_contained_timestamp_ms, records});
  co_return ok();
}

Task<Result<void>> MetadataQuorum::write_snapshot(storage::OffsetAndEpoch id, std::int64_t last_contained_timestamp_ms,
                                                  std::vector<OwnedBytes> records) {
  const auto valid = co_await check_snapshot_id(id);
  if (!valid) co_return valid.error();
  bytes_since_snapshot_ = 0;  // One at a time, however long this one takes.
  last_snapshot_at_ = clock_.now();

  Snapshot snapshot{last_contained_timestamp_ms, std::nullopt, std::nullopt, std::move(records)};
  snapshot.kraft_version = quorum_.voters().kraft_version_before(id.offset);
  if (*snapshot.kraft_version > 0) snapshot.voters = quorum_.voters().voters_before(id.offset);
  const auto written = co_await log_->write_snapshot(id, std::move(snapshot));
  if (!written) co_return written.error();
  quorum_.snapshot_written(id);

  const auto trimmed = co_await log_->trim();
  if (!trimmed) co_return trimmed.error();
  if (*trimmed) quorum_.trimmed_to(**trimmed);
  co_return ok();
}

// A follower that loads it continues at its end: records must begin there, and it must be this log's past.
Task<Result<void>> MetadataQuorum::check_snapshot_id(storage::OffsetAndEpoch id) {
  using Kind = storage::LogSummary::Position::Kind;
  const bool in_range = log_->start_offset() <= id.offset && id.offset <= high_watermark_;
  if (!in_range || log_->has_snapshot(id)) co_return QuorumErrc::invalid_snapshot;
  if (quorum_.log().validate(id.offset, id.epoch).kind != Kind::valid) co_return QuorumErrc::invalid_snapshot;
  const auto aligned = co_await log_->is_batch_aligned(id.offset);
  if (!aligned) co_return aligned.error();
  if (!*aligned) co_return QuorumErrc::invalid_snapshot;
  co_return ok();
}

bool MetadataQuorum::snapshot_is_due() const {
  const auto& limits = params_.log;
  if (bytes_since_snapshot_ == 0) return false;
  if (bytes_since_snapshot_ >= static_cast<std::uint64_t>(limits.max_record_bytes_between_snapshots)) return true;
  return limits.max_snapshot_interval.count() != 0 && clock_.now() - last_snapshot_at_ >= limits.max_snapshot_interval;
}

QuorumDescription MetadataQuorum::describe() {
  QuorumDescription description{.leader_id = quorum_.leader_id().value_or(kNoNode),
                                .leader_epoch = quorum_.epoch(),
                                .high_watermark = quorum_.high_watermark().value_or(kNoOffset)};
  for (const auto& [id, voter] : quorum_.voters().voters().by_id()) description.nodes.push_back(voter);
  storage::LeaderState* leader = quorum_.leader();
  if (leader == nullptr) return description;

  const auto replica = [&](const storage::ReplicaProgress& progress) {
    QuorumDescription::Replica described{progress.key, progress.end_offset.value_or(kNoOffset),
                                         wall_ms_of(progress.last_fetch), wall_ms_of(progress.last_caught_up)};
    if (progress.key.id == params_.quorum.local.id) {  // Fetches from nobody, lags behind nobody.
      described.log_end_offset = log_->end_offset();
      described.last_fetch_timestamp_ms = described.last_caught_up_timestamp_ms = clock_.wall_ms();
    }
    return described;
  };
  for (const auto& voter : leader->voters()) description.voters.push_back(replica(voter));
  for (const auto& observer : leader->observers(clock_.now())) description.observers.push_back(replica(observer));
  return description;
}

std::int64_t MetadataQuorum::wall_ms_of(std::optional<Instant> instant) const {
  if (!instant) return -1;
  return clock_.wall_ms() - std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - *instant).count();
}

}  // namespace muir::server
