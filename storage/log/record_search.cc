#include "storage/log/record_search.h"

#include "storage/log/errc.h"
#include "wire/record/compression.h"
#include "wire/record/legacy_records.h"
#include "wire/record/record.h"

namespace muir::storage {
namespace {

Result<std::optional<TimestampOffset>> first_in_old(const wire::LegacyBatchView& message, std::int64_t timestamp,
                                                    Offset from, std::size_t unfolded_bytes_max) {
  wire::LegacyRecordReader reader;
  const auto records = reader.read(message, unfolded_bytes_max);
  if (!records) return Errc::corrupt_segment;
  for (const wire::RecordView& record : *records) {
    if (record.timestamp >= timestamp && record.offset >= from)
      return std::optional(TimestampOffset{record.timestamp, record.offset});
  }
  return std::optional<TimestampOffset>{};
}

}  // namespace

Result<std::optional<TimestampOffset>> first_record_at_or_after(ByteView bytes, std::int64_t timestamp, Offset from,
                                                                std::size_t unfolded_bytes_max) {
  if (const auto message = wire::LegacyBatchView::parse(bytes))
    return first_in_old(*message, timestamp, from, unfolded_bytes_max);
  const auto batch = wire::BatchView::parse(bytes);
  if (!batch || !batch->compression_is_known()) return Errc::corrupt_segment;
  wire::Decompressor decompressor;
  const auto records = decompressor.read_all(batch->compression(), batch->records(), unfolded_bytes_max);
  if (!records) return Errc::corrupt_segment;
  wire::RecordReader reader(*batch, *records);
  wire::RecordView record;
  while (reader.has_next()) {
    if (!reader.next(record)) return Errc::corrupt_segment;
    if (record.timestamp >= timestamp && record.offset >= from)
      return std::optional(TimestampOffset{record.timestamp, record.offset});
  }
  return std::optional<TimestampOffset>{};
}

}  // namespace muir::storage
