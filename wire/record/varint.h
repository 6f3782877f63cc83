#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "wire/base/bytes.h"
#include "wire/record/errc.h"

namespace muir::wire::detail {

// The varints of records: zigzag, so that small negative numbers are short, then seven bits a byte, lowest first.
inline constexpr std::size_t kVarintBytesMax = 5;
inline constexpr std::size_t kVarlongBytesMax = 10;

constexpr std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

template <class Int>
constexpr std::size_t varint_bytes(Int value) {
  std::size_t bytes = 1;
  for (auto left = zigzag(value); left > 0x7f; left >>= 7) ++bytes;
  return bytes;
}

// Writes `value` at `at`, which has room for it; returns where the next byte goes.
template <class Int>
std::byte* write_varint(std::byte* at, Int value) {
  auto left = zigzag(value);
  for (; left > 0x7f; left >>= 7) *at++ = static_cast<std::byte>(left | 0x80);
  *at++ = static_cast<std::byte>(left);
  return at;
}

// Reads an Int from what `next_byte` yields (-1 at the end).  As Kafka reads it: bits beyond the Int's width in the
// last byte are dropped, longer forms than necessary are fine, a sixth (eleventh) byte is not.  False: no such varint
// there.
template <class Int, class NextByte>
bool read_varint_from(NextByte&& next_byte, Int& value) {
  using Bits = std::make_unsigned_t<Int>;
  Bits bits = 0;
  for (unsigned shift = 0; shift < 8 * sizeof(Int); shift += 7) {
    const int byte = next_byte();
    if (byte < 0) return false;
    bits |= static_cast<Bits>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      value = static_cast<Int>((bits >> 1) ^ (~(bits & 1) + 1));
      return true;
    }
  }
  return false;
}

// The same from `bytes`, which it shortens.
template <class Int>
bool read_varint(ByteView& bytes, Int& value) {
  std::size_t at = 0;
  const auto next_byte = [&] { return at < bytes.size() ? std::to_integer<int>(bytes[at++]) : -1; };
  if (!read_varint_from(next_byte, value)) return false;
  bytes = bytes.subspan(at);
  return true;
}

}  // namespace muir::wire::detail
