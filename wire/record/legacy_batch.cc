#include "wire/record/legacy_batch.h"

#include <zlib.h>

namespace muir::wire {
namespace {

constexpr std::size_t kV1BytesMin = kLogOverhead + 22;  // CRC, magic, attributes, timestamp, two lengths.

}  // namespace

Result<LegacyBatchView> LegacyBatchView::parse(ByteView bytes, std::size_t size_max) {
  const auto frame = BatchFrame::read(bytes, size_max);
  if (!frame) return frame.error();
  if (frame->is_v2()) return RecordErrc::unknown_magic;
  if (frame->magic == 1 && frame->size_bytes < kV1BytesMin) return RecordErrc::batch_too_small;
  if (bytes.size() < frame->size_bytes) return RecordErrc::truncated;
  return LegacyBatchView{bytes.first(frame->size_bytes)};
}

bool LegacyBatchView::crc_is_valid() const {
  const ByteView covered = bytes_.subspan(kBatchMagicAt);
  return crc() == crc32_z(0, reinterpret_cast<const Bytef*>(covered.data()), covered.size());
}

}  // namespace muir::wire
