#include "storage/raft/log_summary.h"

#include <algorithm>

#include "wire/base/check.h"

namespace muir::storage {

LogSummary LogSummary::beginning_at(Offset start) {
  LogSummary log;
  log.start_offset_ = log.end_offset_ = log.synced_offset_ = start;
  return log;
}

OffsetAndEpoch LogSummary::end() const {
  if (!epochs_.empty()) return {end_offset_, epochs_.back().epoch};
  if (latest_snapshot_) return {end_offset_, latest_snapshot_->epoch};
  return {end_offset_, Epoch{0}};
}

void LogSummary::begin_epoch(Epoch epoch) {
  if (!epochs_.empty() && epoch <= epochs_.back().epoch) return;
  // An epoch that never wrote a record leaves no trace.
  if (!epochs_.empty() && epochs_.back().start == end_offset_) epochs_.pop_back();
  epochs_.push_back({epoch, end_offset_});
}

void LogSummary::appended(Offset end, Epoch epoch) {
  CHECK(end_offset_ < end);
  begin_epoch(epoch);
  end_offset_ = end;
}

void LogSummary::synced(Offset end) {
  CHECK(end <= end_offset_);
  synced_offset_ = std::max(synced_offset_, end);
}

void LogSummary::truncated_to(Offset end) {
  end_offset_ = std::min(end_offset_, end);
  synced_offset_ = std::min(synced_offset_, end_offset_);
  while (!epochs_.empty() && end_offset_ <= epochs_.back().start) epochs_.pop_back();
}

void LogSummary::add_snapshot(OffsetAndEpoch id) {
  if (!earliest_snapshot_ || id < *earliest_snapshot_) earliest_snapshot_ = id;
  if (!latest_snapshot_ || *latest_snapshot_ < id) latest_snapshot_ = id;
}

void LogSummary::starts_at(OffsetAndEpoch id) {
  start_offset_ = std::max(start_offset_, id.offset);
  earliest_snapshot_ = id;
  if (!latest_snapshot_ || *latest_snapshot_ < id) latest_snapshot_ = id;
  // The epoch that holds start_offset_ stays, cut to it.
  while (epochs_.size() > 1 && epochs_[1].start <= start_offset_) epochs_.erase(epochs_.begin());
  if (!epochs_.empty()) epochs_.front().start = std::max(epochs_.front().start, start_offset_);
}

void LogSummary::restarted_at(OffsetAndEpoch id) {
  epochs_.clear();
  start_offset_ = end_offset_ = synced_offset_ = id.offset;
  earliest_snapshot_ = latest_snapshot_ = id;
}

OffsetAndEpoch LogSummary::end_of_epoch(Epoch epoch) const {
  const auto next = std::upper_bound(epochs_.begin(), epochs_.end(), epoch,
                                     [](Epoch e, const EpochStart& entry) { return e < entry.epoch; });
  if (next == epochs_.end()) return end();  // The last epoch, or one this log has not seen.

  const OffsetAndEpoch found = next == epochs_.begin() ? OffsetAndEpoch{next->start, epoch}
                                                       : OffsetAndEpoch{next->start, std::prev(next)->epoch};
  // What lies at the start of the log belongs to the snapshot it starts from.
  if (earliest_snapshot_ && found.offset == earliest_snapshot_->offset && found.epoch == epoch)
    return *earliest_snapshot_;
  return found;
}

LogSummary::Position LogSummary::validate(Offset offset, Epoch epoch) const {
  using Kind = Position::Kind;
  if (start_offset_ == Offset{0} && offset == Offset{0}) return {Kind::valid, kBootstrapSnapshotId};

  const bool records_are_gone =
      earliest_snapshot_ &&
      (offset < start_offset_ || (offset == start_offset_ && epoch != earliest_snapshot_->epoch) ||
       epoch < earliest_snapshot_->epoch);
  if (records_are_gone) return {Kind::snapshot, *latest_snapshot_};

  const OffsetAndEpoch end = end_of_epoch(epoch);
  if (end.epoch != epoch || end.offset < offset) return {Kind::diverging, end};
  return {Kind::valid, {offset, epoch}};
}

Offset LogSummary::truncation_for(OffsetAndEpoch diverging) const {
  if (diverging.epoch == Epoch{0}) return std::min(diverging.offset, end_offset_);
  const OffsetAndEpoch local = end_of_epoch(diverging.epoch);
  return local.epoch == diverging.epoch ? std::min(local.offset, diverging.offset) : local.offset;
}

}  // namespace muir::storage
