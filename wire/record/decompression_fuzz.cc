// The first byte names a codec, the rest is what it has to unfold: never beyond the limit, however it is read.

#include <cstddef>
#include <cstdint>

#include "wire/base/check.h"
#include "wire/record/compression.h"

using namespace muir;
using namespace muir::wire;

namespace {

constexpr std::size_t kLimit = 1 << 20;

// In small pieces, as the record scanner does; returns how much came before the end or an error.
std::size_t read_in_pieces(Decompressor& decompressor, CompressionType type, ByteView bytes, bool& failed) {
  std::byte piece[777];
  std::size_t total = 0;
  decompressor.begin(type, bytes, kLimit);
  for (;;) {
    const auto size = decompressor.read(piece);
    failed = !size;
    if (failed || *size == 0) return total;
    CHECK(*size <= sizeof piece);
    total += *size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static Decompressor decompressor;
  const auto type = static_cast<CompressionType>(data[0] % 5);
  const ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
  bool failed = false;
  const std::size_t total = read_in_pieces(decompressor, type, bytes, failed);
  CHECK(total <= kLimit);
  const auto whole = decompressor.read_all(type, bytes, kLimit);
  if (type != CompressionType::none) CHECK(whole.has_value() == !failed && (failed || whole->size() == total));
  return 0;
}
