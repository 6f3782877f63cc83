#include "storage/log/meta_properties.h"

#include <map>

#include "storage/disk/atomic_file.h"
#include "storage/log/checkpoint_file.h"

namespace muir::storage {
namespace {

constexpr std::uint64_t kFileBytesMax = 64 << 10;
constexpr std::string_view kBlank = " \t\f";

std::string path_in(const std::string& log_dir) { return log_dir + "/" + std::string(kMetaPropertiesFile); }

// Java's properties escape ':', '=', '#', '!' and white space by a backslash; cluster ids may end in "==".
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain.push_back(text[i]);
  }
  return plain;
}

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view(":=#!\\ ").find(c) != std::string_view::npos) escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

// The first separator that no backslash precedes.
std::size_t separator(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' || kBlank.find(line[i]) != std::string_view::npos) {
      return i;
    }
  }
  return line.size();
}

std::string_view without_leading(std::string_view text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
  return text;
}

std::map<std::string, std::string> parse_properties(std::string_view text) {
  std::map<std::string, std::string> properties;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = without_leading(text.substr(0, end), kBlank);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const std::size_t key_end = separator(line);
    std::string_view value = without_leading(line.substr(key_end), kBlank);
    if (value.starts_with('=') || value.starts_with(':')) value = without_leading(value.substr(1), kBlank);
    properties[unescape(line.substr(0, key_end))] = unescape(value);
  }
  return properties;
}

}  // namespace

Result<MetaProperties> parse_meta_properties(std::string_view text) {
  auto values = parse_properties(text);
  const auto version = parse_decimal<std::int32_t>(values["version"]);
  if (!version) return Errc::malformed_file;
  if (*version != 0 && *version != 1) return Errc::unsupported_file_version;

  MetaProperties properties;
  properties.cluster_id = values["cluster.id"];
  const std::string& node = values[*version == 0 ? "broker.id" : "node.id"];
  const auto node_id = parse_decimal<std::int32_t>(node);
  // Version 0 may lack both.
  if (!node.empty() && (!node_id || *node_id < 0)) return Errc::malformed_file;
  if (*version == 1 && (node.empty() || properties.cluster_id.empty())) return Errc::malformed_file;
  if (node_id) properties.node_id = NodeId{*node_id};
  if (const std::string& directory = values["directory.id"]; !directory.empty()) {
    const auto id = Uuid::parse(directory);
    if (!id) return Errc::malformed_file;
    properties.directory_id = *id;
  }
  return properties;
}

std::string format_meta_properties(const MetaProperties& properties) {
  std::string text = "cluster.id=" + escape(properties.cluster_id) + "\n";
  if (properties.directory_id) text += "directory.id=" + properties.directory_id->to_string() + "\n";
  return text + "node.id=" + std::to_string(properties.node_id.value) + "\nversion=1\n";
}

Task<Result<std::optional<MetaProperties>>> read_meta_properties(Disk& disk, std::string log_dir) {
  const std::string path = path_in(log_dir);
  const auto bytes = co_await read_file(disk, path, kFileBytesMax);
  if (!bytes) co_return bytes.error();
  if (!*bytes) co_return std::optional<MetaProperties>{};
  auto properties = parse_meta_properties(as_text(**bytes));
  if (!properties) co_return properties.error();
  co_return std::optional(std::move(*properties));
}

Task<Result<void>> write_meta_properties(Disk& disk, std::string log_dir, MetaProperties properties) {
  const std::string path = path_in(log_dir);
  const std::string text = format_meta_properties(properties);
  const auto written = co_await write_text(disk, path, text);
  co_return written;
}

}  // namespace muir::storage
