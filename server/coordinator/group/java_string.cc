#include "server/coordinator/group/java_string.h"

#include <limits>

namespace muir::server {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// How many bytes the character that begins with `lead` has; 0 if none begins so.
std::size_t size_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

// Whether `next` may be the second byte: without those that would write a character longer than need be, or one
// beyond the last.
bool may_follow(unsigned char lead, unsigned char next) {
  if (next < 0x80 || next > 0xBF) return false;
  if (lead == 0xE0) return next >= 0xA0;
  if (lead == 0xF0) return next >= 0x90;
  return lead != 0xF4 || next <= 0x8F;
}

struct Character {
  std::uint32_t point;
  std::size_t size;
};

// The first character of `text`, which has one.  The longest beginning of a character that is none becomes one
// replacement character, as in Java.
Character first_of(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = size_of(byte(0));
  if (size == 0) return {kReplacement, 1};
  std::uint32_t point = size == 1 ? byte(0) : byte(0) & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const bool goes_on = i < text.size() && (i == 1 ? may_follow(byte(0), byte(1)) : (byte(i) & 0xC0) == 0x80);
    if (!goes_on) return {kReplacement, i};
    point = point << 6 | (byte(i) & 0x3FU);
  }
  const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
  return {is_surrogate ? kReplacement : point, size};
}

// Calls `unit` with each UTF-16 unit.
template <class F>
void for_each_unit(std::string_view text, F unit) {
  while (!text.empty()) {
    const auto [point, size] = first_of(text);
    text.remove_prefix(size);
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
