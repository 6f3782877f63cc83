#include "wire/codec/frame.h"

#include <limits>

namespace muir::wire {

Result<std::optional<std::size_t>> peek_frame_size(ByteView unread, std::size_t frame_bytes_max) {
  if (unread.size() < kFrameSizeBytes) return std::optional<std::size_t>();
  const auto size = load_big_endian<std::int32_t>(unread.data());
  if (size < 0 || static_cast<std::size_t>(size) > frame_bytes_max) return make_error_code(Errc::frame_size_invalid);
  return std::optional<std::size_t>(static_cast<std::size_t>(size));
}

Result<std::optional<ByteView>> take_frame(ByteView& unread, std::size_t frame_bytes_max) {
  const auto size = peek_frame_size(unread, frame_bytes_max);
  if (!size) return size.error();
  if (!*size || unread.size() - kFrameSizeBytes < **size) return std::optional<ByteView>();
  const ByteView frame = unread.subspan(kFrameSizeBytes, **size);
  unread = unread.subspan(kFrameSizeBytes + **size);
  return std::optional<ByteView>(frame);
}

Result<void> FrameWriter::finish() {
  const std::size_t size = writer_.size() - before_;
  if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    return make_error_code(Errc::length_out_of_range);
  writer_.patch_int32(prefix_, static_cast<std::int32_t>(size));
  return ok();
}

}  // namespace muir::wire
