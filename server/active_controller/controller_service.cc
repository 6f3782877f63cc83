#include "server/active_controller/controller_service.h"

#include <algorithm>
#include <utility>

#include "server/quorum/errc.h"
#include "server/runtime/log.h"
#include "server/runtime/log_pace.h"

namespace muir::server {
namespace {

// What keep_house() sleeps at the longest.
constexpr std::chrono::seconds kIdleSleep{1};

// After a snapshot that could not be written, for want of space perhaps.
constexpr std::chrono::seconds kSnapshotPause{10};

std::vector<ByteView> views_of(const std::vector<OwnedBytes>& frames) { return {frames.begin(), frames.end()}; }

}  // namespace

ControllerService::ControllerService(Shard& shard, MetadataQuorum& quorum, Controller& controller, Settings settings)
    : shard_(shard), quorum_(quorum), controller_(controller), settings_(std::move(settings)), poll_quorum_(quorum) {
  quorum_.set_waker([this] { shard_.at_turn_end(poll_quorum_); });
  const auto add = [&](std::chrono::milliseconds interval, Housekeeping (*chore)(ControllerService&)) {
    if (interval.count() > 0) chores_.push_back({interval, chore, Instant{}});
  };
  add(settings_.no_op_interval, [](ControllerService& self) { return self.controller_.no_op(); });
  add(settings_.fence_interval,
      [](ControllerService& self) { return self.controller_.fence_stale_broker(self.surroundings()); });
  add(settings_.balance_interval,
      [](ControllerService& self) { return self.controller_.balance_leaders(self.surroundings()); });
  add(settings_.unclean_interval,
      [](ControllerService& self) { return self.controller_.elect_unclean_leaders(self.surroundings()); });
  add(settings_.token_sweep_interval,
      [](ControllerService& self) { return self.controller_.sweep_expired_tokens(self.surroundings()); });
}

ControllerRequest ControllerService::surroundings() const {
  ControllerRequest surroundings;
  surroundings.now = shard_.clock().now();
  surroundings.wall_ms = shard_.clock().wall_ms();
  surroundings.next_offset = quorum_.log_end_offset();
  return surroundings;
}

// A record that the log holds and that we cannot follow: nobody knows the cluster any longer, so the process ends.
void ControllerService::apply(std::span<const ByteView> frames, Offset base_offset) {
  const auto applied = controller_.apply(frames, base_offset);
  if (!applied) {
    log_error("Cannot apply metadata records", field("offset", base_offset.value),
              field("error", applied.error().message()));
  }
  CHECK(applied);
}

Result<void> ControllerService::append(std::vector<OwnedBytes> records, bool is_atomic) {
  // The log takes the frames; we apply copies of them, as a standby would what it reads.
  const std::vector<OwnedBytes> frames = records;
  const auto range = quorum_.append(*epoch_, std::move(records), is_atomic);
  if (!range) return range.error();
  apply(views_of(frames), range->base_offset);
  applied_end_ = range->end_offset;
  return ok();
}

void ControllerService::on_load_snapshot(const LoadedSnapshot& snapshot) {
  const Offset end = snapshot.id.offset;
  CHECK(controller_.load_snapshot(end, snapshot.id.epoch, snapshot.records));
  applied_end_ = end;
  committed_end_ = snapshot.id;
  committed_timestamp_ms_ = snapshot.last_contained_timestamp_ms;
}

void ControllerService::on_committed(const CommittedBatch& batch) {
  if (batch.base_offset >= applied_end_) {
    if (!batch.records.empty()) apply(batch.records, batch.base_offset);
    applied_end_ = batch.end_offset;
  }
  controller_.committed(batch.end_offset);
  committed_end_ = {batch.end_offset, batch.epoch};
  committed_timestamp_ms_ = batch.timestamp_ms;
}

void ControllerService::on_leader(Epoch epoch) {
  epoch_ = epoch;
  applied_end_ = std::max(applied_end_, quorum_.log_end_offset());
  const auto activation = controller_.activate(surroundings(), settings_.bootstrap);
  if (!activation) {
    log_error("Cannot become the active controller", field("error", activation.error().message()));
  }
  CHECK(activation);
  log_info("Active controller", field("epoch", epoch.value), field("records", activation->records.size()));
  if (!activation->records.empty()) CHECK(append(activation->records, activation->is_atomic));
  for (Completion<bool>* waiting : std::exchange(waiting_until_active_, {})) waiting->complete(true);
  if (sleeping_ != nullptr) sleeping_->wake();
}

void ControllerService::on_resigned(Epoch) {
  epoch_.reset();
  controller_.resign();
  controller_.rollback();
  applied_end_ = committed_end_.offset;
}

void ControllerService::on_withdrawn() {
  controller_.withdraw(shard_.clock().now());
  applied_end_ = committed_end_.offset;
}

Task<void> ControllerService::until_active() {
  if (is_active() || is_stopping_) co_return;
  Completion<bool> active;
  waiting_until_active_.push_back(&active);
  co_await active;
}

Task<QuorumDescription> ControllerService::describe_quorum() {
  co_return co_await call(shard_, [this] { return describe_at_home(); });
}

Task<QuorumDescription> ControllerService::describe_at_home() { co_return quorum_.describe(); }

void ControllerService::do_due_chores(Instant now) {
  for (Due& due : chores_) {
    if (!is_active() || now < due.at) continue;
    due.at = now + due.interval;
    Housekeeping work = due.chore(*this);
    if (work.has_more) due.at = now;
    if (work.records.empty()) continue;
    const auto appended = append(std::move(work.records), work.is_atomic);
    std::uint64_t left_out = 0;
    thread_local LogPace pace;
    if (!appended && pace.admits(now, &left_out)) {
      log_warn("Housekeeping was not appended", field("error", appended.error().message()),
               field("left_out", left_out));
    }
  }
}

Task<void> ControllerService::write_snapshot_if_due() {
  if (!quorum_.snapshot_is_due() || shard_.clock().now() < next_snapshot_at_) co_return;
  const auto id = committed_end_;
  const auto written =
      co_await quorum_.write_snapshot(id, committed_timestamp_ms_, controller_.committed_image().to_records());
  if (written) {
    log_info("Wrote a snapshot of the metadata", field("end_offset", id.offset.value), field("epoch", id.epoch.value));
  } else {
    log_error("Writing a snapshot of the metadata failed", field("error", written.error().message()));
    next_snapshot_at_ = shard_.clock().now() + kSnapshotPause;
  }
}

Task<void> ControllerService::keep_house() {
  while (!is_stopping_) {
    const Instant now = shard_.clock().now();
    quorum_.poll();
    do_due_chores(now);
    co_await write_snapshot_if_due();
    Instant next = std::min(quorum_.next_deadline(), now + kIdleSleep);
    for (const Due& due : chores_) {
      if (is_active()) next = std::min(next, due.at);
    }
    Sleep sleep(shard_.timers(), next);
    sleeping_ = &sleep;
    co_await sleep;
    sleeping_ = nullptr;
  }
}

void ControllerService::stop() {
  is_stopping_ = true;
  for (Completion<bool>* waiting : std::exchange(waiting_until_active_, {})) waiting->complete(false);
  if (sleeping_ != nullptr) sleeping_->wake();
}

}  // namespace muir::server
