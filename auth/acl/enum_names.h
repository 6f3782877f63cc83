#pragma once

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace muir::auth {

// The names of an enumeration of Kafka's, `names[i]` being that of the value i.  The first is "UNKNOWN".
template <class Enum>
std::string_view name_in(std::span<const std::string_view> names, Enum value) {
  const auto code = static_cast<std::int8_t>(value);
  return code < 0 || static_cast<std::size_t>(code) >= names.size() ? names[0] : names[static_cast<std::size_t>(code)];
}

// Whether `text` means `name`: neither the case nor what parts the words counts: "TransactionalId", "transactional-id".
inline bool is_spelling_of(std::string_view text, std::string_view name) {
  std::size_t at = 0;
  for (const char c : name) {
    if (c == '_') {
      if (at < text.size() && (text[at] == '_' || text[at] == '-')) ++at;
      continue;
    }
    if (at == text.size() || std::toupper(static_cast<unsigned char>(text[at])) != c) return false;
    ++at;
  }
  return at == text.size();
}

template <class Enum>
std::optional<Enum> value_in(std::span<const std::string_view> names, std::string_view text) {
  for (std::size_t code = 1; code < names.size(); ++code)
    if (is_spelling_of(text, names[code])) return static_cast<Enum>(code);
  return std::nullopt;
}

}  // namespace muir::auth
