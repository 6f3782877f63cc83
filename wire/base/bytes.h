#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace muir {

// Bytes that somebody else owns, and for how long its owner says.
using ByteView = std::span<const std::byte>;
using MutableByteView = std::span<std::byte>;
using OwnedBytes = std::vector<std::byte>;

inline ByteView as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Big-endian integers, as Kafka's wire and files carry them.  `at` points to sizeof(Int) readable (writable) bytes.
template <class Int>
Int load_big_endian(const std::byte* at) {
  std::make_unsigned_t<Int> value = 0;
  for (std::size_t i = 0; i < sizeof(Int); ++i)
    value = (value << (sizeof(Int) > 1 ? 8 : 0)) | std::to_integer<std::uint8_t>(at[i]);
  return static_cast<Int>(value);
}

template <class Int>
void store_big_endian(std::byte* at, Int value) {
  const auto bits = static_cast<std::make_unsigned_t<Int>>(value);
  for (std::size_t i = 0; i < sizeof(Int); ++i) at[i] = static_cast<std::byte>(bits >> (8 * (sizeof(Int) - 1 - i)));
}

}  // namespace muir
