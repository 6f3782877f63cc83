#include "server/config/config_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace muir::server {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The shortest digits that read back as `value`, and where the point is: 0.digits * 10^exponent.
struct Digits {
  std::string digits;
  int exponent = 0;
};

Digits shortest_digits(double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const auto e = text.find('e');
  Digits out;
  for (const char c : text.substr(0, e))
    if (c != '.') out.digits += c;
  out.exponent = std::atoi(std::string(text.substr(e + 1)).c_str()) + 1;
  return out;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto visible = [](char c) { return static_cast<unsigned char>(c) > ' '; };
  const auto first = std::ranges::find_if(text, visible);
  auto last = text.end();
  while (last != first && !visible(last[-1])) --last;
  return {first, last};
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::vector<std::string> split_list(std::string_view text) {
  std::string_view rest = trim(text);
  std::vector<std::string> parts;
  if (rest.empty()) return parts;
  for (;;) {
    const auto comma = rest.find(',');
    std::string_view part = rest.substr(0, comma);
    while (comma != std::string_view::npos && !part.empty() && is_space(part.back())) part.remove_suffix(1);
    parts.emplace_back(part);
    if (comma == std::string_view::npos) return parts;
    rest.remove_prefix(comma + 1);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string java_double(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (value == 0) return sign + "0.0";
  const auto [digits, exponent] = shortest_digits(std::fabs(value));
  const auto or_zero = [](std::string text) { return text.empty() ? "0" : text; };
  if (exponent < -2 || exponent > 7)
    return fmt::format("{}{}.{}E{}", sign, digits[0], or_zero(digits.substr(1)), exponent - 1);
  if (exponent <= 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent), '0') + digits;
  const auto point = static_cast<std::size_t>(exponent);
  if (digits.size() <= point) return sign + digits + std::string(point - digits.size(), '0') + ".0";
  return sign + digits.substr(0, point) + "." + digits.substr(point);
}

}  // namespace muir::server
