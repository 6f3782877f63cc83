#include "server/replica/partition.h"

#include <utility>

#include "server/replica/future_replica.h"
#include "server/runtime/log.h"
#include "server/runtime/log_pace.h"
#include "storage/log/errc.h"
#include "wire/base/check.h"

namespace muir::server {

Partition::Partition(TopicIdPartition id, PartitionHost host, std::unique_ptr<storage::Log> log,
                     std::int32_t min_insync_replicas, Offset high_watermark)
    : id_(std::move(id)),
      host_(std::move(host)),
      log_(std::move(log)),
      state_(host_.replication, host_.brokers),
      min_insync_replicas_(min_insync_replicas) {
  state_.log_opened(log_->log_start_offset(), log_->log_end_offset(), high_watermark);
  log_->set_high_watermark(state_.high_watermark());
}

Partition::~Partition() { host_.shard.forget(*this); }

Task<Result<void>> Partition::become_leader(storage::PartitionRegistration registration) {
  const auto self = shared_from_this();
  const auto turn = co_await changes_.turn();
  if (stopped_) co_return *stopped_;
  const auto settled = co_await settle_appended();
  if (!settled) co_return settled.error();
  const auto effects = state_.become_leader(registration, min_insync_replicas_, host_.shard.clock().now());
  if (effects.epoch_start) {
    const auto written =
        co_await log_->assign_epoch_start_offset(effects.epoch_start->epoch, effects.epoch_start->start);
    if (!written) co_return failed(written.error());
  }
  carry_out(effects);
  commit_waits_.wake_all();  // They ask again.
  co_return ok();
}

Task<Result<void>> Partition::become_follower(storage::PartitionRegistration registration) {
  const auto self = shared_from_this();
  const auto turn = co_await changes_.turn();
  if (stopped_) co_return *stopped_;
  const auto settled = co_await settle_appended();
  if (!settled) co_return settled.error();
  carry_out(state_.become_follower(registration));
  commit_waits_.wake_all();
  low_watermark_waits_.wake_all();
  co_return ok();
}

void Partition::set_config(storage::LogConfig config, std::int32_t min_insync_replicas) {
  log_->set_config(std::move(config));
  if (std::exchange(min_insync_replicas_, min_insync_replicas) == min_insync_replicas) return;
  carry_out(state_.min_insync_replicas_changed(min_insync_replicas, host_.shard.clock().now()));
}

void Partition::isr_decided(std::uint64_t proposal_id, const storage::IsrDecision& decision) {
  carry_out(state_.isr_decided(proposal_id, decision, host_.shard.clock().now()));
}

void Partition::isr_refused(std::uint64_t proposal_id, storage::IsrRefusal refusal) {
  carry_out(state_.isr_refused(proposal_id, refusal));
}

// Mostly there is nothing: then nobody is to be told that the partition moved.
void Partition::check_isr() {
  if (stopped_) return;
  const auto effects = state_.check_isr(host_.shard.clock().now());
  if (effects.high_watermark || effects.proposal || effects.low_watermark_moved) carry_out(effects);
}

// Deletes whole segments from the front, and with them goes the log start.
Task<void> Partition::apply_retention() {
  const auto self = shared_from_this();
  const auto turn = co_await changes_.turn();
  if (stopped_) co_return;
  const auto deleted = co_await log_->delete_old_segments();
  if (!deleted) static_cast<void>(failed(deleted.error()));
  if (state_.log_start_offset() < log_->log_start_offset()) carry_out(state_.log_start_moved(log_->log_start_offset()));
}

Task<void> Partition::do_chores() {
  const auto self = shared_from_this();
  if (stopped_ || is_doing_chores_) co_return;
  is_doing_chores_ = true;
  const auto log = log_;
  const auto done = co_await log->do_chores();
  is_doing_chores_ = false;
  if (!done) static_cast<void>(failed(*log, done.error()));
  log_moved();  // The recovery point, perhaps.
}

void Partition::log_moved() {
  if (host_.moved) host_.moved(*this);
}

void Partition::forget_expired_producers() { log_->forget_expired_producers(); }

void Partition::stop(ReplicaErrc why) {
  stopped_ = why;
  if (future_) future_->cancel();
  moved();
  commit_waits_.wake_all();
  flush_waits_.wake_all();
  low_watermark_waits_.wake_all();
}

Task<Result<void>> Partition::close() {
  const auto self = shared_from_this();
  const auto turn = co_await changes_.turn();
  co_return co_await log_->close();
}

Task<Result<std::string>> Partition::delete_log() {
  const auto self = shared_from_this();
  const auto turn = co_await changes_.turn();
  co_return co_await log_->mark_deleted();
}

// The pull of the plug is told once: after it, the directory is offline, and with it every partition that lives there.
Error Partition::failed(const Error& error) {
  std::uint64_t left_out = 0;
  thread_local LogPace pace;  // One for all partitions of the shard: a full disk is full for all.
  if (error == storage::Errc::disk_full && pace.admits(host_.shard.clock().now(), &left_out)) {
    log_error("No space left: records are refused until there is", field("partition", id_.to_string()),
              field("dir", log_->directory()), field("left_out", left_out));
  }
  if (log_->is_offline() && !std::exchange(has_failed_, true)) host_.log_failed(shared_from_this(), error);
  return log_->is_offline() ? make_error_code(ReplicaErrc::kafka_storage_error) : error;
}

Error Partition::failed(const storage::Log& log, const Error& error) {
  if (&log != log_.get()) return make_error_code(ReplicaErrc::not_leader_or_follower);  // Retried, on the new one.
  return failed(error);
}

Error Partition::read_failed(const storage::Log& log, const Error& error) {
  std::uint64_t left_out = 0;
  thread_local LogPace pace;
  if (storage::is_damage(error) && pace.admits(host_.shard.clock().now(), &left_out)) {
    const storage::CorruptBatch& where = log.corruption();
    log_error("Damaged records are not handed out", field("partition", id_.to_string()), field("file", where.file),
              field("position", where.position), field("offset", where.offset.value), field("left_out", left_out));
  }
  return failed(log, error);
}

void Partition::moved() {
  ++moves_;
  host_.shard.at_turn_end(*this);
}

// Whoever waits is woken here and not amid an append, once however often something moved in this turn.
void Partition::turn_ended() {
  const auto self = shared_from_this();
  if (owes_flush_ && !is_flushing_ && !stopped_) host_.shard.tasks().spawn("flush of a log", flush_appended());
  flush_waits_.wake_up_to(state_.log_end_offset());
  commit_waits_.wake_up_to(state_.high_watermark());
  if (state_.is_leader()) low_watermark_waits_.wake_up_to(state_.low_watermark());
  if (log_->has_chores() && !stopped_ && !is_doing_chores_) host_.shard.tasks().spawn("chores of a log", do_chores());
  log_moved();
  watches_.tell();
}

void Partition::carry_out(const storage::ReplicationEffects& effects) {
  if (effects.high_watermark) log_->set_high_watermark(*effects.high_watermark);
  if (effects.proposal) host_.propose_isr(shared_from_this(), *effects.proposal);
  moved();
}

Result<void> Partition::check(std::optional<Epoch> current_leader_epoch, bool leader_only) const {
  if (stopped_) return *stopped_;
  switch (state_.check_epoch(current_leader_epoch)) {
    case storage::EpochCheck::fenced:
      return ReplicaErrc::fenced_leader_epoch;
    case storage::EpochCheck::unknown:
      return ReplicaErrc::unknown_leader_epoch;
    case storage::EpochCheck::current:
      break;
  }
  if (leader_only && !state_.is_leader()) return ReplicaErrc::not_leader_or_follower;
  return ok();
}

Result<storage::EpochEnd> Partition::epoch_end_offset(std::optional<Epoch> current_leader_epoch, Epoch epoch,
                                                      bool leader_only) const {
  const auto checked = check(current_leader_epoch, leader_only);
  if (!checked) return checked.error();
  const auto end = log_->leader_epochs().end_offset_for(epoch, log_->log_end_offset());
  return storage::EpochEnd{end.epoch, end.end_offset};
}

}  // namespace muir::server
