#include "server/quorum/metadata_quorum.h"

#include <algorithm>
#include <utility>

#include "server/quorum/errc.h"
#include "storage/log/errc.h"
#include "wire/base/check.h"

namespace muir::server {
namespace {

// So long after the last refusal there is said to be room again.
constexpr std::chrono::seconds kRoomPause{10};

}  // namespace

Result<std::unique_ptr<MetadataQuorum>> MetadataQuorum::open(storage::Disk& disk, Params params, const Clock& clock) {
  auto log = MetadataLog::open(disk, params.log, clock);
  if (!log) return log.error();
  if (!(*log)->found_voters().voters().is_only_voter(params.quorum.local)) return QuorumErrc::not_the_only_voter;
  return std::unique_ptr<MetadataQuorum>(new MetadataQuorum(std::move(*log), std::move(params), clock));
}

MetadataQuorum::MetadataQuorum(std::unique_ptr<MetadataLog> log, Params params, const Clock& clock)
    : log_(std::move(log)),
      params_(std::move(params)),
      quorum_(params_.quorum, log_->found_election(), log_->found_log(), log_->found_voters()),
      clock_(clock),
      next_offset_(log_->end_offset()),
      bytes_since_snapshot_(log_->found_bytes_after_snapshot()),
      last_snapshot_at_(clock.now()) {}

MetadataQuorum::~MetadataQuorum() { CHECK(waiters_.empty()); }

const storage::LogRecovery& MetadataQuorum::recovery() const { return log_->recovery(); }

void MetadataQuorum::add_listener(MetadataListener& listener) {
  listeners_.push_back({&listener, std::nullopt, std::nullopt});
  listeners_are_behind_ = true;
  wake_();
}

Task<Result<void>> MetadataQuorum::run() {
  CHECK(!has_started_);
  has_started_ = true;
  const auto served = co_await serve();
  if (!served) {
    has_failed_ = true;
    lose_leadership();
    co_return served.error();
  }
  co_return co_await log_->close();
}

Task<Result<void>> MetadataQuorum::serve() {
  enqueue(quorum_.start(clock_.now()));
  bool has_resigned = false;
  for (;;) {
    const auto done = co_await carry_out_all();
    if (!done) co_return done.error();
    const auto written = co_await write_queue();
    if (!written) co_return written.error();
    const auto told = co_await bring_listeners_up_to_date();
    if (!told) co_return told.error();
    if (has_work()) continue;

    if (has_resigned) co_return ok();
    if (is_stopping_) {
      enqueue(quorum_.resign(clock_.now()));
      has_resigned = true;
      continue;
    }
    idle_ = std::make_unique<Completion<bool>>();
    Completion<bool>& wake = *idle_;
    const bool woken = co_await wake;
    CHECK(woken);
    idle_.reset();
    enqueue(quorum_.tick(clock_.now()));
  }
}

void MetadataQuorum::stop() {
  is_stopping_ = true;
  wake_();
}

void MetadataQuorum::poll() {
  if (idle_ && !idle_->is_complete()) idle_->complete(true);
}

bool MetadataQuorum::has_work() const { return !actions_.empty() || !queue_.empty() || listeners_are_behind_; }

void MetadataQuorum::enqueue(storage::Actions actions) {
  actions_.insert(actions_.end(), std::make_move_iterator(actions.begin()), std::make_move_iterator(actions.end()));
}

Task<Result<void>> MetadataQuorum::carry_out_all() {
  while (!actions_.empty()) {
    storage::Action action = std::move(actions_.front());
    actions_.pop_front();
    const auto done = co_await carry_out(std::move(action));
    if (!done) co_return done.error();
  }
  co_return ok();
}

Task<Result<void>> MetadataQuorum::carry_out(storage::Action action) {
  if (auto* persist = std::get_if<storage::PersistElection>(&action)) {
    const auto& voters = quorum_.voters();
    co_return co_await log_->persist(persist->election, voters.kraft_version(), voters.voters());
  }
  if (auto* opening = std::get_if<storage::AppendEpochStart>(&action))
    co_return co_await append_epoch_start(std::move(*opening));
  if (auto* lead = std::get_if<storage::BecameLeader>(&action)) {
    epoch_start_ = lead->start;
  } else if (std::holds_alternative<storage::LeaderChanged>(action)) {
    lose_leadership();
  } else if (auto* advance = std::get_if<storage::AdvanceHighWatermark>(&action)) {
    high_watermark_ = advance->offset;
    log_->set_high_watermark(high_watermark_);
    listeners_are_behind_ = true;
    const auto told = co_await bring_listeners_up_to_date();
    if (!told) co_return told.error();
    finish_waiters();
  } else {
    // Everything else comes from other replicas, and open() has made sure that there are none.
    CHECK(false);
  }
  co_return ok();
}

Task<Result<void>> MetadataQuorum::append_epoch_start(storage::AppendEpochStart opening) {
  const Offset base = log_->end_offset();
  CHECK(base == epoch_start_);
  std::vector<ControlRecord> records{leader_change_record(opening)};
  if (opening.kraft_version) records.push_back(kraft_version_record(*opening.kraft_version));
  if (opening.voter_set) records.push_back(kraft_voters_record(*opening.voter_set));
  auto batch = build_control_batch(base, opening.epoch, clock_.wall_ms(), records);
  if (!batch) co_return batch.error();

  const auto appended = co_await log_->append(*batch, opening.epoch);
  if (!appended) co_return appended.error();
  next_offset_ = log_->end_offset();
  bytes_since_snapshot_ += batch->size();
  quorum_.appended(next_offset_, opening.epoch);
  if (opening.kraft_version) quorum_.kraft_version_appended(base + 1, *opening.kraft_version);
  if (opening.voter_set) enqueue(quorum_.voters_appended(base + 2, std::move(*opening.voter_set)));
  leader_epoch_ = opening.epoch;
  co_return co_await sync();
}

// All that was appended since the last time, by one sync.
Task<Result<void>> MetadataQuorum::write_queue() {
  if (queue_.empty()) co_return ok();
  auto batches = std::exchange(queue_, {});
  queued_bytes_ = 0;
  for (QueuedBatch& batch : batches) {
    CHECK(batch.base_offset == log_->end_offset());
    const auto appended = co_await log_->append(batch.bytes, quorum_.epoch());
    if (!appended && appended.error() == storage::Errc::disk_full) co_return co_await withdraw_queue();
    if (!appended) co_return appended.error();
    note_room(true);
    CHECK(batch.end_offset == log_->end_offset());
    bytes_since_snapshot_ += batch.bytes.size();
    quorum_.appended(batch.end_offset, quorum_.epoch());
  }
  co_return co_await sync();
}

// There is no room for a batch.  Those before it are committed; the log has nothing of it and of those behind it, and
// nobody else has heard of them: who waits is told to try again, the listeners go back to what is committed, and the
// offsets are given to others.
Task<Result<void>> MetadataQuorum::withdraw_queue() {
  note_room(false);
  const auto synced = co_await sync();
  if (!synced) co_return synced.error();
  const auto done = co_await carry_out_all();
  if (!done) co_return done.error();
  if (!leader_epoch_) co_return ok();
  forget_queue();
  for (Listening& listening : listeners_)
    if (listening.told_leads) listening.listener->on_withdrawn();
  fail_waiters(QuorumErrc::not_leader);
  co_return ok();
}

void MetadataQuorum::note_room(bool has_room) {
  if (!has_room) no_room_at_ = clock_.now();
  const bool is_news = has_room ? has_no_room_ && no_room_at_ + kRoomPause <= clock_.now() : !has_no_room_;
  if (!is_news) return;
  has_no_room_ = !has_room;
  room_changed_(has_room);
}

void MetadataQuorum::forget_queue() {
  queue_.clear();
  queued_bytes_ = 0;
  next_offset_ = log_->end_offset();
}

Task<Result<void>> MetadataQuorum::sync() {
  const Offset end = log_->end_offset();
  const auto synced = co_await log_->sync();
  if (!synced) co_return synced.error();
  enqueue(quorum_.synced(end));
  co_return ok();
}

Result<AppendedRange> MetadataQuorum::append(Epoch epoch, std::vector<OwnedBytes> records, bool atomic) {
  if (has_failed_) return QuorumErrc::log_failed;
  if (leader_epoch_ != epoch || is_stopping_) return QuorumErrc::not_leader;
  const std::vector<ByteView> values(records.begin(), records.end());
  std::vector<QueuedBatch> batches;
  Offset next = next_offset_;
  std::size_t bytes = queued_bytes_;
  for (std::span<const ByteView> rest = values; !rest.empty();) {
    const std::size_t count = count_that_fits(rest);
    if (count == 0 || (atomic && count < rest.size())) return QuorumErrc::batch_too_large;
    auto batch = build_batch(next, epoch, clock_.wall_ms(), rest.first(count));
    if (!batch) return batch.error();
    const Offset end = next + static_cast<std::int64_t>(count);
    bytes += batch->size();
    batches.push_back({next, end, std::move(*batch)});
    next = end;
    rest = rest.subspan(count);
  }
  if (bytes > kQueuedBytesMax) return QuorumErrc::too_many_records;

  const AppendedRange range{next_offset_, next};
  next_offset_ = next;
  queued_bytes_ = bytes;
  std::ranges::move(batches, std::back_inserter(queue_));
  wake_();
  return range;
}

Task<Result<void>> MetadataQuorum::committed(Offset end) {
  if (end <= high_watermark_) co_return ok();
  if (has_failed_) co_return QuorumErrc::log_failed;
  if (!leader_epoch_) co_return QuorumErrc::not_leader;
  Completion<Result<void>> done;
  waiters_.push_back({end, &done});
  co_return co_await done;
}

// A waiter that is resumed may wait again, or append.
void MetadataQuorum::finish_waiters() {
  std::vector<Completion<Result<void>>*> ready;
  std::erase_if(waiters_, [&](const CommitWaiter& waiter) {
    if (high_watermark_ < waiter.end) return false;
    ready.push_back(waiter.done);
    return true;
  });
  for (auto* done : ready) done->complete(ok());
}

void MetadataQuorum::fail_waiters(Error error) {
  for (const CommitWaiter& waiter : std::exchange(waiters_, {})) waiter.done->complete(error);
}

void MetadataQuorum::lose_leadership() {
  forget_queue();
  if (const auto led = std::exchange(leader_epoch_, std::nullopt)) {
    for (Listening& listening : listeners_)
      if (std::exchange(listening.told_leads, std::nullopt)) listening.listener->on_resigned(*led);
  }
  fail_waiters(has_failed_ ? QuorumErrc::log_failed : QuorumErrc::not_leader);
}

}  // namespace muir::server
