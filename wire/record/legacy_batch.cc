#include "wire/record/legacy_batch.h"

#include <zlib.h>

namespace muir::wire {

std::uint32_t legacy_crc(ByteView bytes, std::uint32_t before) {
  return static_cast<std::uint32_t>(crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

Result<LegacyBatchView> LegacyBatchView::parse(ByteView bytes, std::size_t size_max) {
  const auto frame = BatchFrame::read(bytes, size_max);
  if (!frame) return frame.error();
  if (frame->is_v2()) return RecordErrc::unknown_magic;
  if (frame->magic == 1 && frame->size_bytes < kV1BytesMin) return RecordErrc::batch_too_small;
  if (bytes.size() < frame->size_bytes) return RecordErrc::truncated;
  return LegacyBatchView{bytes.first(frame->size_bytes)};
}

bool LegacyBatchView::crc_is_valid() const { return crc() == legacy_crc(bytes_.subspan(kBatchMagicAt)); }

}  // namespace muir::wire
