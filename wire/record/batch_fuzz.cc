// Any bytes as a run of batches: the walk is bounded, and each whole v2 batch can be looked at and walked.

#include <cstddef>
#include <cstdint>

#include "wire/base/check.h"
#include "wire/record/legacy_batch.h"
#include "wire/record/legacy_records.h"
#include "wire/record/record.h"
#include "wire/record/record_summary.h"

using namespace muir;
using namespace muir::wire;

namespace {

void walk_records(const BatchView& batch, ByteView section) {
  RecordReader reader(batch, section);
  RecordView record;
  std::size_t bytes = 0;
  while (reader.has_next() && reader.next(record)) {
    bytes += record.size_bytes;
    std::size_t in_headers = 0;
    for (const RecordHeader& header : record.headers)
      in_headers += header.key.size() + (header.value ? header.value->size() : 0);
    CHECK(in_headers < record.size_bytes);
  }
  CHECK(bytes <= section.size());
}

void walk_legacy(const LegacyBatchView& message) {
  static_cast<void>(message.crc_is_valid());
  LegacyRecordReader reader;
  const auto records = reader.read(message, std::size_t{1} << 20);
  if (!records) return;
  CHECK(!records->empty());
  for (const RecordView& record : *records) {
    unsigned seen = 0;
    for (const NullableBytes& part : {record.key, record.value})
      if (part)
        for (const std::byte byte : *part) seen += std::to_integer<unsigned>(byte);
    static_cast<void>(seen);
  }
}

bool is_sound(const BatchView& batch) {
  RecordReader reader(batch, batch.records());
  RecordView record;
  while (reader.has_next()) {
    if (!reader.next(record)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  BatchWalker walker(bytes);
  for (;;) {
    const std::size_t before = walker.position();
    const auto step = walker.next();
    if (!step || !*step) break;
    CHECK(walker.position() > before && walker.position() <= size);
    if (const auto legacy = LegacyBatchView::parse((*step)->bytes)) walk_legacy(*legacy);
    const auto batch = BatchView::parse((*step)->bytes);
    if (!batch) continue;
    static_cast<void>(batch->crc_is_valid());
    static_cast<void>(batch->last_sequence());
    walk_records(*batch, batch->records());
    if (summarize_records(*batch)) CHECK(is_sound(*batch));
  }
  return 0;
}
