#include "auth/tls/unicode.h"

namespace muir::auth {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// The code point at the front of `text`, which loses its bytes.
char32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || first > 0xF4 || text.size() < more) return kReplacement;
  char32_t point = first & (0x3F >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return kReplacement;
    point = point << 6 | (next & 0x3F);
  }
  text.remove_prefix(more);
  return point;
}

void push(OwnedBytes& out, std::uint16_t unit) {
  out.push_back(static_cast<std::byte>(unit >> 8));
  out.push_back(static_cast<std::byte>(unit & 0xFF));
}

}  // namespace

OwnedBytes to_utf16(std::string_view text) {
  OwnedBytes out;
  while (!text.empty()) {
    const char32_t point = take_code_point(text);
    if (point < 0x10000) {
      push(out, static_cast<std::uint16_t>(point));
    } else {
      push(out, static_cast<std::uint16_t>(0xD800 + ((point - 0x10000) >> 10)));
      push(out, static_cast<std::uint16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
    }
  }
  return out;
}

std::string to_valid_utf8(std::string_view text) {
  constexpr std::string_view kReplaced = "\xEF\xBF\xBD";
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    if (take_code_point(text) == kReplacement)
      out += kReplaced;
    else
      out += before.substr(0, before.size() - text.size());
  }
  return out;
}

}  // namespace muir::auth
