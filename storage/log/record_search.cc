#include "storage/log/record_search.h"

#include "storage/log/errc.h"
#include "wire/record/compression.h"
#include "wire/record/legacy_records.h"
#include "wire/record/record.h"

namespace muir::storage {
namespace {

// What one batch may unfold to while a record is looked for.  Kafka has no limit here.
constexpr std::size_t kDecompressedBytesMax = std::size_t{1} << 30;

Result<std::optional<TimestampOffset>> first_in_old(const wire::LegacyBatchView& message, std::int64_t timestamp,
                                                    Offset from) {
  wire::LegacyRecordReader reader;
  const auto records = reader.read(message, kDecompressedBytesMax);
  if (!records) return Errc::corrupt_segment;
  for (const wire::RecordView& record : *records) {
    if (record.timestamp >= timestamp && record.offset >= from)
      return std::optional(TimestampOffset{record.timestamp, record.offset});
  }
  return std::optional<TimestampOffset>{};
}

}  // namespace

Result<std::optional<TimestampOffset>> first_record_at_or_after(ByteView bytes, std::int64_t timestamp, Offset from) {
  if (const auto message = wire::LegacyBatchView::parse(bytes)) return first_in_old(*message, timestamp, from);
  const auto batch = wire::BatchView::parse(bytes);
  if (!batch || !batch->compression_is_known()) return Errc::corrupt_segment;
  wire::Decompressor decompressor;
  const auto records = decompressor.read_all(batch->compression(), batch->records(), kDecompressedBytesMax);
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
