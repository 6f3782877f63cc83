#include "server/controller/topic_rules.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace muir::server {
namespace {

constexpr std::array<bool, 256> allowed_bytes() {
  std::array<bool, 256> allowed{};
  for (const unsigned char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")) {
    allowed[c] = true;
  }
  return allowed;
}

bool is_allowed(char c) {
  static constexpr std::array<bool, 256> kAllowed = allowed_bytes();
  return kAllowed[static_cast<unsigned char>(c)];
}

// Kafka counts UTF-16 units.
std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

std::optional<std::string> reason(std::string_view name) {
  if (name.empty()) return "the empty string is not allowed";
  if (name == ".") return "'.' is not allowed";
  if (name == "..") return "'..' is not allowed";
  const bool are_all_allowed = std::all_of(name.begin(), name.end(), is_allowed);
  if (are_all_allowed && name.size() <= kTopicNameBytesMax) return std::nullopt;
  if (utf16_length(name) > kTopicNameBytesMax)
    return fmt::format("the length of '{}' is longer than the max allowed length {}", name, kTopicNameBytesMax);
  return fmt::format("'{}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'", name);
}

}  // namespace

std::optional<std::string> topic_name_problem(std::string_view name) {
  const auto why = reason(name);
  if (!why) return std::nullopt;
  return "Topic name is invalid: " + *why;
}

bool has_collision_chars(std::string_view name) { return name.find_first_of("._") != std::string_view::npos; }

std::string unify_collision_chars(std::string_view name) {
  std::string unified(name);
  std::replace(unified.begin(), unified.end(), '.', '_');
  return unified;
}

}  // namespace muir::server
