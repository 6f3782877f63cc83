#include "storage/log/checkpoint_file.h"

#include <charconv>

#include "storage/disk/atomic_file.h"

namespace muir::storage {
namespace {

constexpr std::string_view kSpaces = " \t\v\f\r";

// The next line of `rest`, which may end in \n, \r\n or not at all; nothing after the last.
std::optional<std::string_view> take_line(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

template <class Int>
std::optional<Int> parse_decimal(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  Int value;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}
template std::optional<std::int32_t> parse_decimal(std::string_view);
template std::optional<std::int64_t> parse_decimal(std::string_view);

Result<std::vector<std::string_view>> parse_checkpoint(std::string_view text) {
  std::vector<std::string_view> lines;
  const auto version_line = take_line(text);
  if (!version_line) return lines;
  const auto version = parse_decimal<std::int32_t>(*version_line);
  if (!version) return Errc::malformed_file;
  if (*version != 0) return Errc::unsupported_file_version;

  const auto count_line = take_line(text);
  if (!count_line) return lines;
  const auto count = parse_decimal<std::int32_t>(*count_line);
  if (!count || *count < 0) return Errc::malformed_file;
  while (const auto line = take_line(text)) lines.push_back(*line);
  if (lines.size() != static_cast<std::size_t>(*count)) return Errc::malformed_file;
  return lines;
}

std::string format_checkpoint(const std::vector<std::string>& lines) {
  std::string text = "0\n" + std::to_string(lines.size()) + "\n";
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::vector<std::string_view> split_fields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const auto begin = line.find_first_not_of(kSpaces);
    if (begin == std::string_view::npos) return fields;
    line.remove_prefix(begin);
    const auto end = std::min(line.find_first_of(kSpaces), line.size());
    fields.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

Task<Result<std::string>> read_text(Disk& disk, std::string path, std::uint64_t size_max) {
  const auto bytes = co_await read_file(disk, path, size_max);
  if (!bytes) co_return bytes.error();
  co_return *bytes ? std::string(as_text(**bytes)) : std::string();
}

Task<Result<void>> write_text(Disk& disk, std::string path, std::string text, NameDurability durability) {
  const ByteView bytes = as_bytes(text);
  const OwnedBytes owned(bytes.begin(), bytes.end());
  const auto written = co_await write_atomically(disk, path, owned, durability);
  co_return written;
}

}  // namespace muir::storage
