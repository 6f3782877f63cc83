// Frames: taking them off any bytes, cut anywhere, yields the same frames as off the whole.

#include <algorithm>
#include <vector>

#include "wire/base/check.h"
#include "wire/codec/frame.h"

namespace muir::wire {
namespace {

constexpr std::size_t kFrameBytesMax = 4096;

struct Taken {
  std::vector<OwnedBytes> frames;
  bool failed = false;
};

// Feeds `bytes` in pieces of `piece` bytes, as a socket would.
Taken take_all(ByteView bytes, std::size_t piece) {
  Taken taken;
  OwnedBytes buffer;
  while (!bytes.empty() && !taken.failed) {
    const std::size_t size = std::min(piece, bytes.size());
    buffer.insert(buffer.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes = bytes.subspan(size);
    ByteView unread = buffer;
    for (;;) {
      const auto frame = take_frame(unread, kFrameBytesMax);
      taken.failed = !frame;
      if (!frame || !*frame) break;
      CHECK((*frame)->size() <= kFrameBytesMax);
      taken.frames.emplace_back((*frame)->begin(), (*frame)->end());
    }
    buffer = OwnedBytes(unread.begin(), unread.end());
  }
  return taken;
}

}  // namespace
}  // namespace muir::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const muir::ByteView bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  const auto whole = muir::wire::take_all(bytes, size);
  const auto pieces = muir::wire::take_all(bytes, std::size_t{1} + data[0] % 16);
  CHECK(whole.frames == pieces.frames && whole.failed == pieces.failed);
  return 0;
}
