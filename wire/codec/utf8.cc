#include "wire/codec/utf8.h"

#include <cstdint>

namespace muir::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Lead {
  std::size_t size;  // Of the whole sequence; 0 if no sequence begins so.
  std::uint8_t second_min, second_max;
};

// Table 3-7 of the Unicode standard: the second byte keeps out overlong forms, surrogates and what lies beyond
// U+10FFFF.
Lead lead(std::uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// How many bytes of `text` belong to its first character, up to where it stops being one; and whether it is whole.
std::size_t sequence(std::string_view text, bool& whole) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const Lead first = lead(at(0));
  whole = first.size == 1;
  if (first.size <= 1) return 1;
  for (std::size_t i = 1; i < first.size; ++i) {
    const std::uint8_t low = i == 1 ? first.second_min : 0x80;
    const std::uint8_t high = i == 1 ? first.second_max : 0xBF;
    if (i == text.size() || at(i) < low || at(i) > high) return i;
  }
  whole = true;
  return first.size;
}

}  // namespace

std::string replace_invalid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    bool whole = false;
    const std::size_t size = sequence(text, whole);
    valid += whole ? text.substr(0, size) : kReplacement;
    text.remove_prefix(size);
  }
  return valid;
}

}  // namespace muir::wire
