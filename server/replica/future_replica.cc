#include "server/replica/future_replica.h"

#include <algorithm>
#include <utility>

#include "server/replica/errc.h"

namespace muir::server {

Task<Result<FutureReplica::Step>> FutureReplica::copy_from(std::shared_ptr<storage::Log> current, Epoch leader_epoch,
                                                           std::uint64_t bytes_max) {
  const auto turn = co_await turn_.turn();
  if (is_cancelled_) co_return ReplicaErrc::move_cancelled;
  const auto aligned = co_await align(*current);
  if (!aligned) co_return aligned.error();
  Step step;
  if (log_->log_end_offset() < current->log_end_offset()) {
    const auto copied = co_await copy_slice(*current, leader_epoch, bytes_max);
    if (!copied) co_return copied.error();
    step.size_bytes = *copied;
  }
  const auto followed = co_await follow_offsets(*current);
  if (!followed) co_return followed.error();
  step.is_caught_up = log_->log_end_offset() == current->log_end_offset();
  co_return step;
}

// What a follower does when its leader's log is not the continuation of its own (KIP-101, KIP-279).
Task<Result<void>> FutureReplica::align(const storage::Log& current) {
  const Offset end = log_->log_end_offset();
  if (end < current.log_start_offset()) co_return co_await restart_at(current.log_start_offset());
  const auto epoch = log_->leader_epochs().latest_epoch();
  if (!epoch) {
    if (end <= current.log_end_offset()) co_return ok();
    co_return co_await truncate_to(current.log_end_offset());
  }
  const auto theirs = current.leader_epochs().end_offset_for(*epoch, current.log_end_offset());
  if (theirs.epoch == *epoch && end <= theirs.end_offset) co_return ok();
  if (theirs.epoch == kNoEpoch) co_return co_await restart_at(current.log_start_offset());
  const auto ours = log_->leader_epochs().end_offset_for(theirs.epoch, end);
  if (ours.epoch == kNoEpoch) co_return co_await restart_at(current.log_start_offset());
  co_return co_await truncate_to(std::min(theirs.end_offset, ours.end_offset));
}

Task<Result<void>> FutureReplica::truncate_to(Offset offset) {
  const auto truncated = co_await log_->truncate_to(offset);
  if (!truncated) co_return truncated.error();
  co_return ok();
}

Task<Result<void>> FutureReplica::restart_at(Offset offset) {
  const auto restarted = co_await log_->truncate_fully_and_start_at(offset);
  co_return restarted;
}

Task<Result<std::uint64_t>> FutureReplica::copy_slice(storage::Log& current, Epoch leader_epoch,
                                                      std::uint64_t bytes_max) {
  const std::uint64_t size_max = std::min<std::uint64_t>(bytes_max, log_->config().segment_bytes);
  const auto slice = co_await current.read(log_->log_end_offset(), size_max, true, current.log_end_offset());
  if (!slice) {
    // Retention was faster; the next step begins at the new start.
    if (slice.error() == storage::Errc::offset_out_of_range) co_return std::uint64_t{0};
    co_return slice.error();
  }
  if (slice->bytes.file == nullptr) co_return std::uint64_t{0};
  if (slice->base_offset < log_->log_end_offset()) {
    // The log start lies within a batch, and batches are copied whole.
    const auto restarted = co_await restart_at(slice->base_offset);
    if (!restarted) co_return restarted.error();
  }
  OwnedBytes records(slice->bytes.size_bytes);
  const auto read = co_await slice->bytes.file->read(slice->bytes.position, records);
  if (!read) co_return read.error();
  records.resize(*read);
  const auto appended = co_await log_->append_as_follower(records, leader_epoch);
  if (!appended) co_return appended.error();
  co_return std::uint64_t{appended->size_bytes};
}

Task<Result<void>> FutureReplica::follow_offsets(const storage::Log& current) {
  log_->set_high_watermark(current.high_watermark());
  const Offset start = std::min(current.log_start_offset(), log_->high_watermark());
  if (log_->log_start_offset() < start) {
    const auto moved = co_await log_->increment_log_start_offset(start);
    if (!moved) co_return moved.error();
  }
  if (!log_->has_chores()) co_return ok();
  const auto done = co_await log_->do_chores();  // Segments that are full are synced as they come.
  co_return done;
}

Task<Result<void>> FutureReplica::flush() {
  const auto turn = co_await turn_.turn();
  if (is_cancelled_) co_return ReplicaErrc::move_cancelled;
  const auto flushed = co_await log_->flush();
  co_return flushed;
}

Task<Result<void>> FutureReplica::finish(const storage::Log& current) {
  const auto turn = co_await turn_.turn();
  if (is_cancelled_) co_return ReplicaErrc::move_cancelled;
  // An epoch in which nothing has been written has no batch that could tell of it.
  const auto known = log_->leader_epochs().latest_epoch().value_or(kNoEpoch);
  const std::vector<storage::EpochEntry> entries = current.leader_epochs().entries();
  for (const auto& [epoch, start] : entries) {
    if (epoch <= known) continue;
    const auto assigned = co_await log_->assign_epoch_start_offset(epoch, start);
    if (!assigned) co_return assigned.error();
  }
  is_finished_ = true;
  const auto closed = co_await log_->close();
  co_return closed;
}

Task<Result<void>> FutureReplica::close() {
  cancel();
  const auto turn = co_await turn_.turn();
  const auto closed = co_await log_->close();
  co_return closed;
}

Task<Result<std::string>> FutureReplica::discard() {
  cancel();
  const auto turn = co_await turn_.turn();
  co_return co_await log_->mark_deleted();
}

void FutureReplica::cancel() {
  is_cancelled_ = true;
  if (sleeping_ != nullptr) sleeping_->wake();
}

Task<bool> FutureReplica::sleep_until(TimerWheel& timers, Instant time) {
  if (is_cancelled_) co_return false;
  Sleep sleep(timers, time);
  sleeping_ = &sleep;
  co_await sleep;
  sleeping_ = nullptr;
  co_return !is_cancelled_;
}

}  // namespace muir::server
