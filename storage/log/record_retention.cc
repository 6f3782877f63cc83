#include "storage/log/record_retention.h"

#include <algorithm>

#include "storage/log/errc.h"
#include "wire/record/crc32c.h"
#include "wire/record/record.h"

namespace muir::storage {
namespace {

constexpr int kCompressionBits = 0x07;
constexpr int kDeleteHorizonBit = 0x40;
constexpr int kAttributesUsed = 0x7f;

std::int64_t old_tombstone_horizon_ms(const CleanableLog& log, Offset first_dirty) {
  std::int64_t horizon_ms = 0;
  for (const CleanableSegment& segment : log.segments)
    if (segment.base_offset < first_dirty) horizon_ms = segment.modified_ms - log.config.delete_retention_ms;
  return horizon_ms;
}

}  // namespace

void append_empty_batch(const wire::BatchView& batch, OwnedBytes& out) {
  OwnedBytes header(batch.bytes().begin(), batch.bytes().begin() + wire::kBatchHeaderBytes);
  std::byte* const at = header.data();
  const int attributes = batch.attributes() & kAttributesUsed & ~(kCompressionBits | kDeleteHorizonBit);
  store_big_endian(at + 8, static_cast<std::int32_t>(wire::kBatchHeaderBytes - wire::kLogOverhead));
  store_big_endian(at + 21, static_cast<std::int16_t>(attributes));
  store_big_endian(at + 27, kNoTimestamp);
  store_big_endian(at + 57, std::int32_t{0});
  store_big_endian(at + 17, wire::crc32c(ByteView(header).subspan(21)));
  out.insert(out.end(), header.begin(), header.end());
}

RecordRetention::RecordRetention(const CleanerOffsetMap& map, const CleanableLog& log, CleaningPlan plan,
                                 CleanerStats& stats)
    : map_(map),
      log_(log),
      plan_(plan),
      stats_(stats),
      old_tombstone_horizon_ms_(old_tombstone_horizon_ms(log, plan.first_dirty)) {}

bool RecordRetention::is_last_of_producer(const wire::BatchView& batch) const {
  if (!batch.has_producer_id()) return false;
  const auto found = log_.producers.find(batch.producer_id());
  if (found == log_.producers.end()) return false;
  const LastRecord& last = found->second;
  if (last.last_data_offset) return batch.last_offset() == *last.last_data_offset;
  return batch.is_control() && batch.producer_epoch() == last.producer_epoch;
}

RecordRetention::Fate RecordRetention::fate_of(const wire::BatchView& batch, CleanedTransactions& transactions) const {
  const BatchHeader header = BatchHeader::of(batch);
  Fate fate;
  if (batch.is_control()) {
    const bool is_empty = batch.record_count() == 0;
    const bool is_useless = transactions.on_control_batch(header, EndTxnMarker::of(batch), is_empty);
    const auto horizon_ms = batch.delete_horizon_ms();
    fate.drop_records = is_useless && horizon_ms && *horizon_ms <= plan_.now_ms;
    fate.sets_horizon = is_useless;
  } else {
    fate.drop_records = transactions.on_batch(header);
  }
  const bool is_end_of_round = batch.end_offset() == plan_.first_uncleanable;
  if (is_last_of_producer(batch) || is_end_of_round) fate.when_empty = WhenEmpty::keep_empty;
  return fate;
}

// The keys are hashed first and looked up afterwards, so that the memory of the map is on its way meanwhile.
Result<void> RecordRetention::look_at_records(const wire::BatchView& batch, ByteView records) {
  seen_.clear();
  wire::RecordReader reader(batch, records);
  wire::RecordView record;
  while (reader.has_next()) {
    if (!reader.next(record)) return Errc::corrupt_batch;
    Seen seen{{}, record.offset, record.key.has_value(), record.value.has_value(), batch.is_control()};
    if (seen.has_key && !batch.is_control() && record.offset <= map_.latest_offset()) {
      seen.hash = map_.hash(*record.key);
      map_.prefetch(seen.hash);
    }
    seen_.push_back(seen);
  }
  return ok();
}

bool RecordRetention::stays(const wire::BatchView& batch, const Seen& record) {
  if (record.offset > map_.latest_offset()) return true;
  if (!record.has_key) {
    ++stats_.invalid_messages;
    return false;
  }
  if (record.offset < map_.get(record.hash)) return false;
  return record.has_value || !batch.has_delete_horizon() || plan_.now_ms < batch.base_timestamp();
}

Result<void> RecordRetention::retain(ByteView bytes, CleanedTransactions& transactions, OwnedBytes& out) {
  if (const auto message = wire::LegacyBatchView::parse(bytes)) return retain_old(*message, transactions, out);
  const auto batch = wire::BatchView::parse(bytes);
  if (!batch || !batch->crc_is_valid() || !batch->compression_is_known()) return Errc::corrupt_batch;
  stats_.bytes_read += batch->size_bytes();
  const Fate fate = fate_of(*batch, transactions);
  const auto count = static_cast<std::uint64_t>(std::max(batch->record_count(), 0));
  if (fate.drop_records) {
    stats_.messages_read += count;
    if (fate.when_empty == WhenEmpty::keep_empty) append_empty_batch(*batch, out);
    return ok();
  }
  const auto records = decompressor_.read_all(batch->compression(), batch->records(), log_.unfolded_bytes_max());
  if (!records) return Errc::corrupt_batch;
  const auto looked = look_at_records(*batch, *records);
  if (!looked) return looked;
  std::size_t retained = 0;
  bool has_tombstones = false;
  for (Seen& seen : seen_) {
    if (!seen.is_retained) seen.is_retained = stays(*batch, seen);
    if (!seen.is_retained) continue;
    ++retained;
    has_tombstones |= !seen.has_value;
  }
  stats_.messages_read += seen_.size();
  stats_.messages_written += retained;
  const bool sets_horizon = (has_tombstones || fate.sets_horizon) && !batch->has_delete_horizon();
  if (retained == 0) {
    if (fate.when_empty == WhenEmpty::keep_empty) append_empty_batch(*batch, out);
    return ok();
  }
  if (retained == seen_.size() && !sets_horizon) {
    out.insert(out.end(), batch->bytes().begin(), batch->bytes().end());
    return ok();
  }
  auto horizon_ms = batch->delete_horizon_ms();
  if (sets_horizon) horizon_ms = plan_.now_ms + log_.config.delete_retention_ms;
  return write_again(*batch, *records, horizon_ms, out);
}

bool RecordRetention::stays_of_old(const wire::RecordView& record) {
  if (record.offset > map_.latest_offset()) return true;
  if (!record.key) {
    ++stats_.invalid_messages;
    return false;
  }
  if (record.offset < map_.get(map_.hash(*record.key))) return false;
  return record.value || segment_modified_ms_ > old_tombstone_horizon_ms_;
}

Result<void> RecordRetention::retain_old(const wire::LegacyBatchView& message, CleanedTransactions& transactions,
                                         OwnedBytes& out) {
  if (!message.crc_is_valid()) return Errc::corrupt_batch;
  stats_.bytes_read += message.size_bytes();
  BatchHeader header;
  header.base_offset = message.last_offset();
  transactions.on_batch(header);
  const auto records = old_records_.read(message, log_.unfolded_bytes_max());
  if (!records) return Errc::corrupt_batch;
  std::vector<wire::RecordView> retained;
  std::ranges::copy_if(*records, std::back_inserter(retained),
                       [&](const auto& record) { return stays_of_old(record); });
  stats_.messages_read += records->size();
  stats_.messages_written += retained.size();
  if (!retained.empty()) return write_as_v2(message, retained, out);
  // An empty batch would have to stay here, and these formats have none.
  if (message.last_offset() + 1 == plan_.first_uncleanable) return Errc::unsupported_message_format;
  return ok();
}

// As Kafka's cleaner does it: the batch begins at its first record, and ends at its last.
Result<void> RecordRetention::write_as_v2(const wire::LegacyBatchView& message,
                                          std::span<const wire::RecordView> retained, OwnedBytes& out) {
  wire::BatchOptions options;
  options.base_offset = retained.front().offset;
  options.compression = {message.compression(), {}};
  options.timestamp_type =
      message.has_log_append_time() ? wire::TimestampType::log_append_time : wire::TimestampType::create_time;
  options.log_append_time = message.max_timestamp();
  const bool has_tombstones = std::ranges::any_of(retained, [](const auto& record) { return !record.value; });
  if (has_tombstones) options.delete_horizon_ms = plan_.now_ms + log_.config.delete_retention_ms;
  builder_.restart(options);
  for (const wire::RecordView& record : retained) {
    if (record.offset < builder_.next_offset()) return Errc::corrupt_batch;
    const auto copied = builder_.copy_at(record.offset, record);
    if (!copied) return copied;
  }
  const auto built = builder_.build();
  if (!built) return built.error();
  out.insert(out.end(), built->begin(), built->end());
  return ok();
}

Result<void> RecordRetention::write_again(const wire::BatchView& batch, ByteView records,
                                          std::optional<std::int64_t> horizon_ms, OwnedBytes& out) {
  wire::BatchOptions options;
  options.base_offset = batch.base_offset();
  options.leader_epoch = batch.leader_epoch();
  options.compression = {batch.compression(), {}};
  options.timestamp_type = batch.timestamp_type();
  options.log_append_time = batch.max_timestamp();
  options.producer_id = batch.producer_id();
  options.producer_epoch = batch.producer_epoch();
  options.base_sequence = batch.base_sequence();
  options.is_transactional = batch.is_transactional();
  options.is_control = batch.is_control();
  options.delete_horizon_ms = horizon_ms;
  options.last_offset = batch.last_offset();
  builder_.restart(options);
  wire::RecordReader reader(batch, records);
  wire::RecordView record;
  for (std::size_t i = 0; reader.has_next(); ++i) {
    if (!reader.next(record)) return Errc::corrupt_batch;
    if (!seen_[i].is_retained) continue;
    if (record.offset < builder_.next_offset()) return Errc::corrupt_batch;
    const auto copied = builder_.copy_at(record.offset, record);
    if (!copied) return copied;
  }
  const auto built = builder_.build();
  if (!built) return built.error();
  out.insert(out.end(), built->begin(), built->end());
  return ok();
}

}  // namespace muir::storage
