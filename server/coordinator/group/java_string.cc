#include "server/coordinator/group/java_string.h"

#include <limits>

namespace muir::server {
namespace {

// Calls `unit` with each UTF-16 unit.  A byte that begins no character counts as the replacement character.
template <class F>
void for_each_unit(std::string_view text, F unit) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
    if (size == 0 || at + size > text.size()) {
      unit(std::uint16_t{0xFFFD});
      ++at;
      continue;
    }
    std::uint32_t point = size == 1 ? lead : lead & (0x7F >> size);
    for (std::size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3F);
    at += size;
    if (point < 0x10000) {
      unit(static_cast<std::uint16_t>(point));
    } else {
      unit(static_cast<std::uint16_t>(0xD800 + ((point - 0x10000) >> 10)));
      unit(static_cast<std::uint16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
    }
  }
}

}  // namespace

std::int32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for_each_unit(text, [&](std::uint16_t unit) { hash = hash * 31 + unit; });
  return static_cast<std::int32_t>(hash);
}

std::size_t java_length(std::string_view text) {
  std::size_t length = 0;
  for_each_unit(text, [&](std::uint16_t) { ++length; });
  return length;
}

std::int32_t coordinator_partition(std::string_view name, std::int32_t count) {
  const std::int32_t hash = java_hash(name);
  if (hash == std::numeric_limits<std::int32_t>::min()) return 0;  // Its absolute value is none.
  return (hash < 0 ? -hash : hash) % count;
}

std::string java_text(const Uuid& id) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = std::to_integer<unsigned>(id.bytes[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace muir::server
