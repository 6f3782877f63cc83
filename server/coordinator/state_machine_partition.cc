#include "server/coordinator/state_machine_partition.h"

#include <span>

#include "server/runtime/log.h"
#include "server/to_wire.h"
#include "wire/record/batch_builder.h"
#include "wire/record/compression.h"
#include "wire/record/legacy_records.h"
#include "wire/record/record.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

// What is read at once while loading; between two reads others get their turn.
constexpr std::uint64_t kLoadBytes = 1 << 20;

// A batch unfolds to so much at most; what was appended here has passed a smaller limit.
constexpr std::size_t kUnfoldedBytesMax = std::size_t{256} << 20;

// A control record's key: int16 version, int16 type; type 1 commits (KIP-98).
constexpr std::size_t kControlKeyBytes = 4;
constexpr std::int16_t kCommitMarker = 1;

// A message from before Kafka 0.11.  How many of its records `machine` could not read.
Result<std::size_t> replay_old(StateMachine& machine, const wire::LegacyBatchView& message) {
  wire::LegacyRecordReader reader;
  const auto records = reader.read(message, kUnfoldedBytesMax);
  if (!records) return records.error();
  std::size_t unreadable = 0;
  for (const wire::RecordView& record : *records) {
    const ReplayedRecord replayed{record.offset, kNoProducerId, record.key.value_or(ByteView()), record.value};
    if (!machine.replay(replayed, false)) ++unreadable;
  }
  return unreadable;
}

}  // namespace

StateMachinePartition::StateMachinePartition(Shard& shard, std::shared_ptr<Partition> partition,
                                             std::unique_ptr<StateMachine> machine, LogWrites writes)
    : shard_(shard), partition_(std::move(partition)), machine_(std::move(machine)), writes_(writes) {}

StateMachinePartition::~StateMachinePartition() = default;

Moment StateMachinePartition::now() const { return {shard_.clock().now(), shard_.clock().wall_ms()}; }

ErrorCode StateMachinePartition::refusal() const {
  if (state_ == State::active) return ErrorCode::NONE;
  return state_ == State::loading ? ErrorCode::COORDINATOR_LOAD_IN_PROGRESS : ErrorCode::NOT_COORDINATOR;
}

// --- loading

Task<void> StateMachinePartition::load() {
  const Instant began = shard_.clock().now();
  const auto replayed = co_await replay_log();
  if (state_ != State::loading) co_return;  // Unloaded meanwhile.
  const std::string name = partition_->id().to_string();
  if (!replayed) {
    state_ = State::failed;
    log_error("Loading a coordinator failed", field("partition", name), field("error", replayed.error().message()));
    co_return;
  }
  state_ = State::active;
  Effects effects;
  machine_->loaded(now(), effects);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(shard_.clock().now() - began);
  if (unreadable_ > 0) {
    log_warn("Skipped records that cannot be read", field("partition", name), field("records", unreadable_));
  }
  log_debug("Loaded a coordinator", field("partition", name), field("took_ms", took.count()));
  for (auto& answer : effects.answers) answer();
  rearm();
}

Task<Result<void>> StateMachinePartition::replay_log() {
  Offset next = partition_->log().log_start_offset();
  for (;;) {
    if (state_ != State::loading) co_return ok();
    const Offset end = partition_->log().log_end_offset();
    appended_end_ = end;
    if (next >= end) co_return ok();
    const auto bytes = co_await read(next, end);
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) co_return ok();  // Compaction left nothing from here to the end.
    const auto replayed = replay_batches(*bytes);
    if (!replayed) co_return replayed.error();
    if (*replayed <= next) co_return make_error_code(wire::RecordErrc::truncated);  // No batch, or one twice.
    next = *replayed;
    if (next < end) co_await sleep_until(shard_.clock().now());  // Others have work on this shard.
  }
}

Task<Result<OwnedBytes>> StateMachinePartition::read(Offset from, Offset end) {
  const auto log = partition_->shared_log();
  const auto slice = co_await log->read(from, kLoadBytes, true, end);
  if (!slice) co_return partition_->read_failed(*log, slice.error());
  OwnedBytes bytes(slice->bytes.size_bytes);
  if (bytes.empty()) co_return bytes;
  const auto size = co_await slice->bytes.file->read(slice->bytes.position, bytes);
  if (!size) co_return size.error();
  bytes.resize(*size);
  co_return bytes;
}

Result<Offset> StateMachinePartition::replay_batches(ByteView bytes) {
  Offset next = kNoOffset;
  while (!bytes.empty()) {
    if (const auto message = wire::LegacyBatchView::parse(bytes)) {
      const auto unreadable = replay_old(*machine_, *message);
      if (!unreadable) return unreadable.error();
      unreadable_ += *unreadable;
      next = message->last_offset() + 1;
      bytes = bytes.subspan(message->size_bytes());
      continue;
    }
    const auto batch = wire::BatchView::parse(bytes);
    if (!batch) {
      // The read ended within a batch: it comes with the next.
      const bool is_cut = batch.error() == wire::RecordErrc::truncated || batch.error() == wire::RecordErrc::old_format;
      if (is_cut && next != kNoOffset) break;
      return batch.error();
    }
    const auto replayed = replay_batch(*batch);
    if (!replayed) return replayed.error();
    next = batch->end_offset();
    bytes = bytes.subspan(batch->size_bytes());
  }
  return next;
}

Result<void> StateMachinePartition::replay_batch(const wire::BatchView& batch) {
  wire::Decompressor decompressor;
  const auto records = decompressor.read_all(batch.compression(), batch.records(), kUnfoldedBytesMax);
  if (!records) return records.error();
  wire::RecordReader reader(batch, *records);
  while (reader.has_next()) {
    wire::RecordView record;
    if (const auto read = reader.next(record); !read) return read.error();
    if (batch.is_control()) {
      if (!record.key || record.key->size() < kControlKeyBytes) continue;
      const auto type = load_big_endian<std::int16_t>(record.key->data() + 2);
      if (type <= kCommitMarker) machine_->replay_end_of_transaction(batch.producer_id(), type == kCommitMarker);
      continue;
    }
    const ProducerId producer = batch.is_transactional() ? batch.producer_id() : kNoProducerId;
    const ReplayedRecord replayed{record.offset, producer, record.key.value_or(ByteView()), record.value};
    if (!machine_->replay(replayed, false)) ++unreadable_;
  }
  return ok();
}

// --- commands

Task<ErrorCode> StateMachinePartition::execute(Decide decide) {
  ++executing_;
  Effects effects;
  const ErrorCode refused = refusal();
  ErrorCode result = refused;
  if (refused == ErrorCode::NONE) {
    const ErrorCode decided = co_await decide_in_turn(decide, effects);
    result = co_await settle(std::move(effects), decided);
  }
  if (--executing_ == 0 && all_settled_ != nullptr) std::exchange(all_settled_, nullptr)->complete(true);
  co_return result;
}

Task<ErrorCode> StateMachinePartition::decide_in_turn(const Decide& decide, Effects& effects) {
  const auto turn = co_await turns_.turn();
  if (const ErrorCode refused = refusal(); refused != ErrorCode::NONE) co_return refused;
  decide(now(), effects);
  const auto appended = co_await append(effects);
  if (state_ == State::active) rearm();
  co_return appended ? ErrorCode::NONE : coordinator_to_wire(appended.error());
}

// Answers, waits for the commit, and goes on with what the machine wants done then.
Task<ErrorCode> StateMachinePartition::settle(Effects effects, ErrorCode failure) {
  ErrorCode result = failure;
  for (bool is_first = true;; is_first = false) {
    for (auto& answer : effects.answers) answer();
    if (failure == ErrorCode::NONE) {
      const auto committed =
          co_await partition_->await_committed(appended_end_, shard_.clock().now() + writes_.commit_timeout);
      if (!committed) failure = coordinator_to_wire(committed.error());
    }
    if (is_first) result = failure;
    if (!effects.stored) co_return result;
    const auto stored = std::exchange(effects.stored, nullptr);
    const std::optional<ErrorCode> told = failure == ErrorCode::NONE ? std::nullopt : std::optional(failure);
    Effects then;
    const Decide tell = [&stored, told](Moment at, Effects& wanted) { stored(told, at, wanted); };
    failure = co_await decide_in_turn(tell, then);
    effects = std::move(then);
  }
}

Task<Result<void>> StateMachinePartition::append(const Effects& effects) {
  const std::span<const CoordinatorRecord> records = effects.records;
  if (records.empty()) co_return ok();
  if (effects.is_atomic) co_return co_await append_batch(records);
  constexpr std::size_t kRecordsAtOnce = 500;
  for (std::size_t at = 0; at < records.size(); at += kRecordsAtOnce) {
    const auto appended = co_await append_batch(records.subspan(at, std::min(kRecordsAtOnce, records.size() - at)));
    if (!appended) co_return appended.error();
  }
  co_return ok();
}

Task<Result<void>> StateMachinePartition::append_batch(std::span<const CoordinatorRecord> records) {
  wire::BatchOptions options;
  options.compression = writes_.compression;
  wire::BatchBuilder builder(options);
  const std::int64_t timestamp = shard_.clock().wall_ms();
  for (const CoordinatorRecord& record : records) {
    wire::NewRecord added{.timestamp = timestamp, .key = ByteView(record.key), .value = {}, .headers = {}};
    if (record.value) added.value = ByteView(*record.value);
    const auto fits = builder.append(added);
    if (!fits) co_return fits.error();
  }
  auto batch = builder.build();
  if (!batch) co_return batch.error();
  const auto appended = co_await partition_->append(*batch, true, storage::AppendOrigin::coordinator);
  if (appended.error) co_return appended.error;
  appended_end_ = appended.end_offset();
  Offset offset = appended.info.first_offset;
  for (const CoordinatorRecord& record : records) {
    ReplayedRecord replayed{offset, kNoProducerId, record.key, std::nullopt};
    if (record.value) replayed.value = ByteView(*record.value);
    CHECK(machine_->replay(replayed, true));
    ++offset;
  }
  co_return ok();
}

// --- time

void StateMachinePartition::rearm() {
  if (const auto deadline = machine_->next_deadline()) {
    shard_.timers().arm(*this, *deadline);
  } else {
    cancel();
  }
}

void StateMachinePartition::fired() { timers_running_.spawn("coordinator's timers", run_timers()); }

Task<void> StateMachinePartition::run_timers() {
  while (state_ == State::active) {
    const auto deadline = machine_->next_deadline();
    if (!deadline || *deadline > shard_.clock().now()) break;
    const Decide tick = [this](Moment at, Effects& effects) { machine_->tick(at, effects); };
    const ErrorCode failure = co_await execute(tick);
    if (failure != ErrorCode::NONE) {
      log_warn("A coordinator could not write what a timer asked for", field("partition", partition_->id().to_string()),
               field("error", name(failure)));
    }
  }
}

Task<void> StateMachinePartition::unload() {
  if (state_ == State::unloaded) co_return;
  state_ = State::unloaded;
  cancel();
  {
    const auto turn = co_await turns_.turn();
    Effects effects;
    machine_->unloaded(effects);
    for (auto& answer : effects.answers) answer();
  }
  co_await timers_running_.close();
  if (executing_ > 0) {
    Completion<bool> settled;
    all_settled_ = &settled;
    co_await settled;
  }
}

}  // namespace muir::server
