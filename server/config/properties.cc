#include "server/config/properties.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "server/config/config_text.h"

namespace muir::server {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

// Cuts a text into lines at \n, \r or \r\n.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  int number() const { return number_; }  // Of the line that next() gave last, from 1.

  std::string_view next() {
    const auto end = rest_.find_first_of("\r\n");
    const std::string_view line = rest_.substr(0, end);
    ++number_;
    if (end == std::string_view::npos) return rest_ = {}, line;
    const bool crlf = rest_[end] == '\r' && end + 1 < rest_.size() && rest_[end + 1] == '\n';
    rest_.remove_prefix(end + (crlf ? 2 : 1));
    return line;
  }

 private:
  std::string_view rest_;
  int number_ = 0;
};

bool ends_in_continuation(std::string_view line) {
  std::size_t backslashes = 0;
  while (backslashes < line.size() && line[line.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

// One logical line: comments and empty lines skipped, continuations joined.
std::optional<std::string> next_logical_line(Lines& lines) {
  while (!lines.done()) {
    std::string_view line = skip_blanks(lines.next());
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    std::string logical(line);
    while (ends_in_continuation(logical)) {
      logical.pop_back();
      if (lines.done()) break;
      logical += skip_blanks(lines.next());
    }
    return logical;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> parse_hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t unit = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    unit = unit * 16 + static_cast<std::uint32_t>(digit);
  }
  return unit;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) return put(0xc0 | code_point >> 6), put(0x80 | (code_point & 0x3f));
  if (code_point < 0x10000)
    return put(0xe0 | code_point >> 12), put(0x80 | (code_point >> 6 & 0x3f)), put(0x80 | (code_point & 0x3f));
  put(0xf0 | code_point >> 18), put(0x80 | (code_point >> 12 & 0x3f));
  put(0x80 | (code_point >> 6 & 0x3f)), put(0x80 | (code_point & 0x3f));
}

// Reads one \uXXXX at the front of `rest` (after the `u`), or a surrogate pair of two.  A half pair becomes U+FFFD.
bool append_unicode_escape(std::string& out, std::string_view& rest) {
  const auto unit = parse_hex4(rest);
  if (!unit) return false;
  rest.remove_prefix(4);
  if (*unit < 0xd800 || *unit > 0xdfff) return append_utf8(out, *unit), true;
  const auto low = rest.starts_with("\\u") ? parse_hex4(rest.substr(2)) : std::nullopt;
  if (*unit > 0xdbff || !low || *low < 0xdc00 || *low > 0xdfff) return append_utf8(out, 0xfffd), true;
  rest.remove_prefix(6);
  append_utf8(out, 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00));
  return true;
}

// Replaces the escapes; nothing for a malformed \uXXXX.
std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\' || text.empty()) {
      if (c != '\\') out += c;
      continue;
    }
    const char escaped = text.front();
    text.remove_prefix(1);
    switch (escaped) {
      case 't':
        out += '\t';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 'f':
        out += '\f';
        break;
      case 'u':
        if (!append_unicode_escape(out, text)) return std::nullopt;
        break;
      default:
        out += escaped;
    }
  }
  return out;
}

// Where the key ends: at the first `=`, `:` or blank that no backslash protects.
std::size_t key_length(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' || is_blank(line[i])) {
      return i;
    }
  }
  return line.size();
}

std::string_view value_after_key(std::string_view rest) {
  rest = skip_blanks(rest);
  if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) rest = skip_blanks(rest.substr(1));
  return rest;
}

}  // namespace

ConfigResult<ConfigMap> parse_properties(std::string_view text) {
  ConfigMap config;
  Lines lines(text);
  while (const auto line = next_logical_line(lines)) {
    const std::size_t length = key_length(*line);
    const auto key = unescape(std::string_view(*line).substr(0, length));
    const auto value = unescape(value_after_key(std::string_view(*line).substr(length)));
    if (!key || !value) return invalid_config(fmt::format("Malformed \\uxxxx encoding in line {}", lines.number()));
    config[*key] = *value;
  }
  return config;
}

ConfigResult<> apply_override(ConfigMap& config, std::string_view override_text) {
  const auto equals = override_text.find('=');
  if (equals == std::string_view::npos || trim(override_text.substr(0, equals)).empty())
    return invalid_config(fmt::format("--override {} is not key=value", override_text));
  config[std::string(trim(override_text.substr(0, equals)))] = std::string(trim(override_text.substr(equals + 1)));
  return {};
}

}  // namespace muir::server
