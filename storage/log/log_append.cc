// How batches get into a Log.
#include <algorithm>

#include <boost/container/small_vector.hpp>

#include "storage/log/file_names.h"
#include "storage/log/log.h"
#include "storage/log/old_message_header.h"
#include "storage/log/record_validator.h"
#include "wire/record/legacy_batch.h"

namespace muir::storage {

// Each of `headers` describes the batch at the same place of the bytes, which stand in `parts` one behind the other.
struct Log::Batches {
  AppendOrigin origin = AppendOrigin::client;
  // A producer's append is one batch.
  boost::container::small_vector<BatchHeader, 1> headers;
  boost::container::small_vector<std::optional<EndTxnMarker>, 1> markers;
  ByteView bytes;
  std::int64_t max_timestamp = kNoTimestamp;
  std::int64_t log_append_time = kNoTimestamp;
  OwnedBytes rewritten;  // What `bytes` is a view of, where the validator made new ones.
  bool offsets_increase = true;

  void add(const wire::BatchView& batch) {
    const BatchHeader header = BatchHeader::of(batch);
    add(header, header.is_control() && header.has_producer_id() ? EndTxnMarker::of(batch) : std::nullopt);
  }

  void add(const BatchHeader& header, std::optional<EndTxnMarker> marker) {
    if (header.last_offset() < header.base_offset) offsets_increase = false;
    if (!headers.empty() && header.base_offset <= headers.back().last_offset()) offsets_increase = false;
    max_timestamp = std::max(max_timestamp, header.max_timestamp);
    headers.push_back(header);
    markers.push_back(std::move(marker));
  }
};

namespace {

// A message of format 0 or 1, which a leader, or a log that is being moved, still has.
Result<BatchHeader> old_message_of(const wire::BatchWalker::Step& step, AppendOrigin origin) {
  if (origin != AppendOrigin::replication) return Errc::unsupported_message_format;
  const auto message = wire::LegacyBatchView::parse(step.bytes);
  if (!message || !message->crc_is_valid()) return Errc::corrupt_batch;
  return header_of_old_message(step.bytes, step.frame);
}

// What is unfolded on a shard of one batch: some 200 microseconds.  gzip takes five times as long as the others, and to
// compress takes longer than to unfold.
constexpr std::size_t kUnfoldedHereMax = 256 << 10;
constexpr std::size_t kGzipUnfoldedHereMax = 64 << 10;
constexpr std::size_t kRewrittenHereMax = 16 << 10;

// How much of `records` may be unfolded on a shard.  Nothing: it is to be done aside at once, since there will be more.
std::optional<std::size_t> unfolded_here_max(ByteView records, const LogConfig& config) {
  using wire::CompressionType;
  const auto batch = wire::BatchView::parse(records);
  if (!batch || !batch->compression_is_known()) return kUnfoldedHereMax;
  const CompressionType from = batch->compression();
  const CompressionType to = config.compression.value_or(from);
  std::size_t max = kUnfoldedHereMax;
  if (from == CompressionType::gzip) max = kGzipUnfoldedHereMax;
  if (from != to) max = kRewrittenHereMax;
  const bool stays_plain = from == CompressionType::none && to == from;
  if (!stays_plain && records.size() > max) return std::nullopt;
  return max;
}

// Its buffers are large and outlive no call: one serves all logs of a thread, be it a shard's or one of the pool.
RecordValidator& validator_of_this_thread() {
  thread_local RecordValidator validator;
  return validator;
}

}  // namespace

Task<Result<AppendInfo>> Log::append_as_leader(MutableByteView records, Epoch leader_epoch, AppendOrigin origin,
                                               RecordRejection* rejection) {
  if (origin == AppendOrigin::replication || origin == AppendOrigin::raft_leader) {
    auto given = co_await append_given(records, leader_epoch, origin);
    co_return given;
  }
  const auto turn = co_await changes_.turn();
  Batches batches;
  batches.origin = origin;
  AppendTarget target{.topic = name_.topic, .partition = name_.partition, .next_offset = log_end_offset_};
  target.leader_epoch = leader_epoch;
  target.now_ms = clock_.wall_ms();
  target.from_client = origin == AppendOrigin::client;
  RecordRejection refusal;
  Result<void> validated = Errc::record_too_large;
  const auto here_max = unfolded_here_max(records, config_);
  if (here_max) {
    target.unfolded_bytes_max = *here_max;
    validated = validate(records, config_, target, batches, refusal);
  }
  const bool may_unfold_further = std::cmp_greater(config_.max_decompressed_message_bytes, here_max.value_or(0));
  if (!validated && validated.error() == Errc::record_too_large && may_unfold_further) {
    auto aside = co_await validate_aside(records, target, batches, refusal);
    validated = std::move(aside);
  }
  if (!validated) {
    if (rejection != nullptr) *rejection = std::move(refusal);
    co_return validated.error();
  }
  auto info = co_await append_in_turn(batches);
  if (info && !info->is_duplicate) info->log_append_time = batches.log_append_time;
  co_return info;
}

Result<void> Log::validate(MutableByteView records, const LogConfig& config, const AppendTarget& target,
                           Batches& batches, RecordRejection& rejection) {
  auto validated = validator_of_this_thread().validate(records, config, target);
  if (!validated) {
    rejection = std::move(validated).error();
    return rejection.error;
  }
  batches.bytes = validated->bytes;
  if (validated->is_rewritten) {
    // Another log may need the validator before the disk has answered.
    batches.rewritten.assign(validated->bytes.begin(), validated->bytes.end());
    batches.bytes = batches.rewritten;
  }
  batches.log_append_time = validated->log_append_time;
  const auto batch = wire::BatchView::parse(batches.bytes);
  CHECK(batch && batch->size_bytes() == batches.bytes.size());
  batches.add(*batch);
  return ok();
}

// What may take long is done where it holds up nobody but this log's next append.
Task<Result<void>> Log::validate_aside(MutableByteView records, const AppendTarget& target, Batches& batches,
                                       RecordRejection& rejection) {
  const LogConfig config = config_;  // What changes meanwhile counts from the next batch on.
  AppendTarget unbounded = target;
  unbounded.unfolded_bytes_max = std::numeric_limits<std::size_t>::max();
  Result<void> validated = ok();
  const auto done = co_await disk_.aside([&] { validated = validate(records, config, unbounded, batches, rejection); });
  if (!done) co_return done.error();
  co_return validated;
}

Task<Result<AppendInfo>> Log::append_as_follower(ByteView records, Epoch leader_epoch) {
  auto given = co_await append_given(records, leader_epoch, AppendOrigin::replication);
  if (!given || !flush_is_due()) co_return given;
  const auto flushed = co_await flush();
  if (!flushed) co_return flushed.error();
  co_return given;
}

// Takes the batches of `records` up to the first that its origin may not hand over now.
Result<void> Log::take_given(ByteView records, Epoch leader_epoch, Batches& batches) {
  wire::BatchWalker walker(records);
  for (;;) {
    const auto step = walker.next();
    if (!step) return Errc::corrupt_batch;
    if (!*step) return ok();
    const auto batch = wire::BatchView::parse((*step)->bytes);
    if (!batch && batch.error() == wire::RecordErrc::old_format) {
      const auto header = old_message_of(**step, batches.origin);
      if (!header) return header.error();
      batches.add(*header, std::nullopt);
    } else {
      if (!batch) return Errc::corrupt_batch;
      const bool from_raft = batches.origin == AppendOrigin::raft_leader;
      if (from_raft && batch->leader_epoch() != leader_epoch) return Errc::invalid_record;
      // The leader has moved on; what it wrote since is fetched again under the epoch it wrote it in (KAFKA-18723).
      if (!from_raft && batch->leader_epoch() > leader_epoch) return ok();
      if (!batch->crc_is_valid()) return Errc::corrupt_batch;
      batches.add(*batch);
    }
    if (!batches.offsets_increase) return Errc::offsets_out_of_order;
    batches.bytes = records.first(walker.position());
  }
}

Task<Result<AppendInfo>> Log::append_given(ByteView records, Epoch leader_epoch, AppendOrigin origin) {
  Batches batches;
  batches.origin = origin;
  const auto taken = take_given(records, leader_epoch, batches);
  if (!taken) co_return taken.error();
  const auto turn = co_await changes_.turn();
  if (!batches.headers.empty() && batches.headers.front().base_offset < log_end_offset_) {
    co_return Errc::unexpected_append_offset;
  }
  auto info = co_await append_in_turn(batches);
  co_return info;
}

Task<Result<AppendInfo>> Log::append_in_turn(Batches& batches) {
  const auto may = usable();
  if (!may) co_return may.error();
  AppendInfo info;
  info.log_start_offset = log_start_offset_;
  if (batches.headers.empty()) co_return info;
  info.first_offset = batches.headers.front().base_offset;
  info.last_offset = batches.headers.back().last_offset();
  info.max_timestamp = batches.max_timestamp;
  info.size_bytes = batches.bytes.size();

  assign_epochs(batches);
  if (batches.bytes.size() > static_cast<std::size_t>(config_.segment_bytes)) co_return Errc::batch_list_too_large;
  const auto rolled = co_await maybe_roll(batches, info);
  if (!rolled) co_return rolled.error();

  ProducerChanges changes(producers_, batches.origin);
  for (std::size_t i = 0; i < batches.headers.size(); ++i) {
    const BatchHeader& header = batches.headers[i];
    if (!header.has_producer_id()) continue;
    const bool may_repeat = batches.origin == AppendOrigin::client;
    if (const BatchMetadata* const original = may_repeat ? producers_.find_duplicate(header) : nullptr) {
      info.first_offset = original->first_offset();
      info.last_offset = original->last_offset;
      info.log_append_time = original->timestamp;
      info.is_duplicate = true;
      co_return info;
    }
    const auto added = changes.add(header, batches.markers[i]);
    if (!added) co_return added.error();
  }
  const auto written = co_await write_batches(batches, info);
  if (!written) co_return written.error();
  std::vector<AbortedTxn> aborted;
  producers_.apply(changes, &aborted);
  for (const AbortedTxn& txn : aborted) CHECK(segments_.active()->transaction_index().append(txn));
  producers_.set_end_offset(log_end_offset_);
  co_return info;
}

void Log::assign_epochs(const Batches& batches) {
  for (const BatchHeader& header : batches.headers)
    epochs_are_unwritten_ |= epochs_.assign(header.leader_epoch, header.base_offset);
}

Task<Result<void>> Log::maybe_roll(const Batches& batches, const AppendInfo& info) {
  const Segment& active = *segments_.active();
  if (!active.should_roll(config_, info.max_timestamp, info.last_offset, batches.bytes.size(), clock_.wall_ms()))
    co_return ok();
  const auto rolled = co_await roll_to(std::max(info.first_offset, log_end_offset_));
  co_return rolled;
}

Task<Result<void>> Log::write_batches(const Batches& batches, const AppendInfo& info) {
  const auto active = segments_.active();
  std::uint32_t position = active->size_bytes();
  bool cut_back = true;
  const auto written = co_await active->append({&batches.bytes, 1}, batches.headers, clock_.wall_ms(), &cut_back);
  if (!written) {
    const Error error = failed(written.error());
    if (!cut_back) offline_ = true;
    co_return cut_back ? error : Error{Errc::log_offline};
  }
  for (const BatchHeader& header : batches.headers) {
    positions_.remember(header.base_offset, active->base_offset(), position);
    position += header.size_bytes;
  }
  log_end_offset_ = info.last_offset + 1;
  co_return ok();
}

Task<Result<Offset>> Log::roll() {
  const auto turn = co_await changes_.turn();
  const auto may = usable();
  if (!may) co_return may.error();
  const auto rolled = co_await roll_to(log_end_offset_);
  if (!rolled) co_return rolled.error();
  co_return segments_.active()->base_offset();
}

// Writes `old` out and creates the files of `created`.  When that fails, neither a byte nor a name of the new segment
// stays: were the old one to grow after all, an empty segment with its base offset amid it would end the log there at
// the next start.
Task<Result<void>> Log::prepare_roll(std::shared_ptr<Segment> old, std::shared_ptr<Segment> created) {
  const auto closed = co_await old->become_inactive();
  if (!closed) co_return failed(closed.error());
  // Parts of the old segment count as synced already: as soon as a new one is there it will not be recovered any more,
  // and its indexes must be on stable storage before.
  if (recovery_point_ > old->base_offset()) {
    const auto synced = co_await old->sync(true);
    if (!synced) {
      offline_ = true;
      co_return Errc::log_offline;
    }
  }
  const auto made = co_await created->create_files(config_);
  if (made) co_return ok();
  const Error error = failed(made.error());
  auto undone = co_await created->remove_files();
  if (undone) undone = co_await disk_.sync_directory(directory_);
  if (undone) undone = co_await old->open_for_append();
  if (!undone) offline_ = true;
  if (offline_) co_return Errc::log_offline;
  co_return error;
}

Task<Result<void>> Log::roll_to(Offset base_offset) {
  const auto old = segments_.active();
  if (old->base_offset() == base_offset) co_return ok();  // It is empty: nothing to roll.
  auto segment = std::make_shared<Segment>(Segment::Place(disk_, directory_, base_offset), config_, clock_.wall_ms());
  const auto prepared = co_await prepare_roll(old, segment);
  if (!prepared) co_return prepared;
  segments_.add(std::move(segment));
  roll_flush_offset_ = base_offset;
  producers_.set_end_offset(base_offset);
  const auto taken = co_await snapshots_.take(producers_);
  // Without it, recovery goes on from the one before.
  if (!taken && !is_out_of_space(taken.error())) co_return failed(taken.error());
  co_return ok();
}

}  // namespace muir::storage
