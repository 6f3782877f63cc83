#include "storage/log/batch_header.h"

#include "wire/record/record.h"

namespace muir::storage {
namespace {

constexpr std::int16_t kAbort = 0;
constexpr std::int16_t kCommit = 1;

}  // namespace

// The key of a control record is int16 version, int16 type; a marker's value int16 version, int32 coordinator epoch.
std::optional<EndTxnMarker> EndTxnMarker::of(const wire::BatchView& batch) {
  if (batch.compression() != wire::CompressionType::none) return std::nullopt;  // Nobody compresses a marker.
  wire::RecordReader reader(batch, batch.records());
  wire::RecordView record;
  if (!reader.has_next() || !reader.next(record)) return std::nullopt;
  if (!record.key || !record.value) return std::nullopt;
  if (record.key->size() < 4 || record.value->size() < 6) return std::nullopt;
  const auto type = load_big_endian<std::int16_t>(record.key->data() + 2);
  if (type != kAbort && type != kCommit) return std::nullopt;
  return EndTxnMarker{type == kAbort, load_big_endian<std::int32_t>(record.value->data() + 2), record.timestamp};
}

}  // namespace muir::storage
