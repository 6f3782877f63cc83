// How batches get into a Log.
#include <algorithm>

#include "storage/log/file_names.h"
#include "storage/log/log.h"

namespace muir::storage {

// Each of `headers` describes the batch at the same place of the bytes, which stand in `parts` one behind the other.
struct Log::Batches {
  AppendOrigin origin = AppendOrigin::client;
  std::vector<BatchHeader> headers;
  std::vector<std::optional<EndTxnMarker>> markers;
  ByteView bytes;
  std::int64_t max_timestamp = kNoTimestamp;
  bool offsets_increase = true;

  void add(const wire::BatchView& batch) {
    const BatchHeader header = BatchHeader::of(batch);
    if (header.last_offset() < header.base_offset) offsets_increase = false;
    if (!headers.empty() && header.base_offset <= headers.back().last_offset()) offsets_increase = false;
    max_timestamp = std::max(max_timestamp, header.max_timestamp);
    headers.push_back(header);
    markers.push_back(header.is_control() && header.has_producer_id() ? EndTxnMarker::of(batch) : std::nullopt);
  }
};

Task<Result<AppendInfo>> Log::append_as_leader(MutableByteView records, Epoch leader_epoch, AppendOrigin origin) {
  Result<AppendInfo> info = Errc::closed;
  {
    const auto turn = co_await changes_.turn();
    Batches batches;
    batches.origin = origin;
    Offset next = log_end_offset_;
    std::size_t at = 0;
    while (at < records.size()) {
      const MutableByteView rest = records.subspan(at);
      const auto batch = wire::BatchView::parse(rest);
      if (!batch) co_return Errc::corrupt_batch;
      if (origin == AppendOrigin::client && batch->base_offset() != Offset{0}) co_return Errc::invalid_record;
      if (batch->size_bytes() > static_cast<std::size_t>(config_.max_message_bytes)) co_return Errc::record_too_large;
      if (!batch->crc_is_valid()) co_return Errc::corrupt_batch;
      wire::set_base_offset(rest, next);
      wire::set_leader_epoch(rest, leader_epoch);
      batches.add(*batch);
      next = batch->end_offset();
      at += batch->size_bytes();
    }
    batches.bytes = records;
    if (!batches.offsets_increase) co_return Errc::invalid_record;
    info = co_await append_in_turn(batches);
  }
  const auto flushed = co_await flush_if_due(info);
  if (!flushed) co_return flushed.error();
  co_return info;
}

Task<Result<AppendInfo>> Log::append_as_follower(ByteView records, Epoch leader_epoch) {
  Batches batches;
  batches.origin = AppendOrigin::replication;
  wire::BatchWalker walker(records);
  std::size_t taken = 0;
  for (;;) {
    const auto step = walker.next();
    if (!step) co_return Errc::corrupt_batch;
    if (!*step) break;
    const auto batch = wire::BatchView::parse((*step)->bytes);
    if (!batch)
      co_return batch.error() == wire::RecordErrc::old_format ? Errc::unsupported_message_format : Errc::corrupt_batch;
    // The leader has moved on; what it wrote since is fetched again under the epoch it wrote it in (KIP-1191).
    if (batch->leader_epoch() != kNoEpoch && batch->leader_epoch() > leader_epoch) break;
    if (!batch->crc_is_valid()) co_return Errc::corrupt_batch;
    batches.add(*batch);
    taken = walker.position();
  }
  batches.bytes = records.first(taken);
  Result<AppendInfo> info = Errc::closed;
  {
    const auto turn = co_await changes_.turn();
    if (!batches.offsets_increase) co_return Errc::offsets_out_of_order;
    if (!batches.headers.empty() && batches.headers.front().base_offset < log_end_offset_)
      co_return Errc::unexpected_append_offset;
    info = co_await append_in_turn(batches);
  }
  const auto flushed = co_await flush_if_due(info);
  if (!flushed) co_return flushed.error();
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

  const auto epochs = co_await assign_epochs(batches);
  if (!epochs) co_return epochs.error();
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
  producers_.apply(changes);
  producers_.set_end_offset(log_end_offset_);
  co_return info;
}

Task<Result<void>> Log::assign_epochs(const Batches& batches) {
  bool changed = false;
  for (const BatchHeader& header : batches.headers) changed |= epochs_.assign(header.leader_epoch, header.base_offset);
  if (!changed) co_return ok();
  const auto written = co_await write_epochs();
  if (!written) co_return failed(written.error());
  co_return ok();
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

// The new segment is there before the old one lets go, so that a full disk leaves the log as it was.
Task<Result<void>> Log::roll_to(Offset base_offset) {
  const auto old = segments_.active();
  if (old->base_offset() == base_offset) co_return ok();  // It is empty: nothing to roll.
  const Segment::Place place(disk_, directory_, base_offset);
  auto segment = co_await Segment::create(place, config_, clock_.wall_ms());
  if (!segment) co_return failed(segment.error());
  const auto closed = co_await old->become_inactive();
  if (!closed) co_return failed(closed.error());
  // Parts of the old segment count as synced already, and it will not be recovered: its indexes must be there too.
  if (recovery_point_ > old->base_offset()) {
    const auto synced = co_await old->sync(true);
    if (!synced) {
      offline_ = true;
      co_return Errc::log_offline;
    }
  }
  segments_.add(std::move(*segment));
  roll_flush_offset_ = base_offset;
  producers_.set_end_offset(base_offset);
  const auto taken = co_await snapshots_.take(producers_);
  if (!taken) co_return failed(taken.error());
  co_return ok();
}

Task<Result<void>> Log::flush_if_due(Result<AppendInfo>& info) {
  if (!info || log_end_offset_ - recovery_point_ < config_.flush_messages) co_return ok();
  const auto flushed = co_await flush_up_to(log_end_offset_);
  co_return flushed;
}

}  // namespace muir::storage
