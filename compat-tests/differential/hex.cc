#include "compat-tests/differential/hex.h"

#include <algorithm>

#include <fmt/format.h>

namespace muir::compat {
namespace {

std::optional<int> digit(char c) {
  if ('0' <= c && c <= '9') return c - '0';
  if ('a' <= c && c <= 'f') return c - 'a' + 10;
  if ('A' <= c && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  return text;
}

std::optional<OwnedBytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  OwnedBytes bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit(text[i]), low = digit(text[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(*high << 4 | *low));
  }
  return bytes;
}

std::string readable(ByteView bytes) {
  const bool is_text =
      std::ranges::all_of(bytes, [](std::byte byte) { return std::byte{0x20} <= byte && byte <= std::byte{0x7e}; });
  return is_text ? std::string(as_text(bytes)) : "0x" + to_hex(bytes);
}

}  // namespace muir::compat
