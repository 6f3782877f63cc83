#include "server/quorum/metadata_batch.h"

#include "server/quorum/errc.h"
#include "wire/record/batch.h"
#include "wire/record/batch_builder.h"
#include "wire/record/record.h"

namespace muir::server {
namespace {

// A record's length, attributes, deltas, null key and header count, at their longest.
constexpr std::size_t kRecordOverheadMax = 5 + 1 + 10 + 5 + 1 + 5 + 1;

Result<> add_control(const wire::RecordView& record, ReadBatch& batch) {
  if (!record.key || !record.value) return QuorumErrc::malformed_control_record;
  const auto type = control_type(*record.key);
  if (!type) return type.error();
  if (!*type) return ok();
  batch.controls.push_back({**type, *record.value});
  batch.control_offsets.push_back(record.offset);
  return ok();
}

wire::BatchOptions options(Offset base_offset, Epoch epoch, bool is_control) {
  wire::BatchOptions options;
  options.base_offset = base_offset;
  options.leader_epoch = epoch;
  options.is_control = is_control;
  return options;
}

}  // namespace

Result<ReadBatch> read_batch(ByteView bytes) {
  const auto view = wire::BatchView::parse(bytes);
  if (!view) return view.error();
  if (!view->crc_is_valid()) return make_error_code(wire::RecordErrc::crc_mismatch);
  // Kafka never compresses these.
  if (!view->compression_is_known() || view->compression() != wire::CompressionType::none)
    return make_error_code(wire::RecordErrc::unknown_compression);

  ReadBatch batch;
  batch.base_offset = view->base_offset();
  batch.end_offset = view->end_offset();
  batch.epoch = view->leader_epoch();
  batch.timestamp_ms = view->max_timestamp();
  batch.size_bytes = view->size_bytes();
  batch.is_control = view->is_control();
  wire::RecordReader reader(*view, view->records());
  wire::RecordView record;
  while (reader.has_next()) {
    if (const auto read = reader.next(record); !read) return read.error();
    if (batch.is_control) {
      if (const auto added = add_control(record, batch); !added) return added.error();
    } else {
      batch.records.push_back(record.value.value_or(ByteView{}));
    }
  }
  return batch;
}

Result<OwnedBytes> build_batch(Offset base_offset, Epoch epoch, std::int64_t timestamp_ms,
                               std::span<const ByteView> records) {
  wire::BatchBuilder builder(options(base_offset, epoch, false));
  for (const ByteView value : records) {
    const auto added = builder.append({.timestamp = timestamp_ms, .key = {}, .value = value, .headers = {}});
    if (!added) return added.error();
  }
  return builder.build();
}

Result<OwnedBytes> build_control_batch(Offset base_offset, Epoch epoch, std::int64_t timestamp_ms,
                                       std::span<const ControlRecord> records) {
  wire::BatchBuilder builder(options(base_offset, epoch, true));
  for (const ControlRecord& record : records) {
    const auto added = builder.append(
        {.timestamp = timestamp_ms, .key = ByteView(record.key), .value = ByteView(record.value), .headers = {}});
    if (!added) return added.error();
  }
  return builder.build();
}

std::size_t count_that_fits(std::span<const ByteView> records) {
  std::size_t size = wire::kBatchHeaderBytes;
  for (std::size_t i = 0; i < records.size(); ++i) {
    size += kRecordOverheadMax + records[i].size();
    if (size > kMetadataBatchBytesMax) return i;
  }
  return records.size();
}

}  // namespace muir::server
