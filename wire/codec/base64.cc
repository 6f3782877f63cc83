#include "wire/codec/base64.h"

#include <cstdint>

namespace muir::wire {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kQuantum = 4;  // Characters that carry three bytes.

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * kQuantum);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const std::byte byte : bytes) {
    bits = bits << 8 | std::to_integer<std::uint32_t>(byte);
    for (bit_count += 8; bit_count >= 6;) text.push_back(kAlphabet[bits >> (bit_count -= 6) & 63]);
  }
  if (bit_count > 0) text.push_back(kAlphabet[bits << (6 - bit_count) & 63]);
  while (text.size() % kQuantum != 0) text.push_back('=');
  return text;
}

std::optional<OwnedBytes> from_base64(std::string_view text) {
  if (text.size() % kQuantum != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);

  OwnedBytes bytes;
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes.push_back(static_cast<std::byte>(bits >> bit_count));
  }
  return bytes;
}

}  // namespace muir::wire
