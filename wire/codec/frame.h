#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/codec/writer.h"

// A connection is a sequence of frames in both directions: an int32 size, then so many bytes.  There are no sockets
// here: bytes in, frames out, and whose buffer they lie in is the caller's business.
namespace muir::wire {

inline constexpr std::size_t kFrameSizeBytes = 4;

// What the frame at the front of `unread` says of its size, without the prefix; none while the prefix is incomplete.
// Fails with Errc::frame_size_invalid if it is negative or more than `frame_bytes_max`: nothing behind it can be read.
Result<std::optional<std::size_t>> peek_frame_size(ByteView unread, std::size_t frame_bytes_max);

// Takes the first frame off `unread` and returns its bytes, which view those of `unread`; none, and `unread` as it was,
// while it is incomplete.  An empty frame is a frame.  Fails as peek_frame_size().
Result<std::optional<ByteView>> take_frame(ByteView& unread, std::size_t frame_bytes_max);

// Writes the prefix of a frame whose content is what is written until finish(): bytes and externals.
class FrameWriter {
 public:
  explicit FrameWriter(Writer& writer) : writer_(writer), prefix_(writer.reserve_int32()), before_(writer.size()) {}

  // Fails with Errc::length_out_of_range if the content is longer than an int32 can say.
  Result<void> finish();

 private:
  Writer& writer_;  // Outlives this object.
  std::size_t prefix_;
  std::size_t before_;
};

}  // namespace muir::wire
