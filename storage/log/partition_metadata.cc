#include "storage/log/partition_metadata.h"

#include "storage/disk/atomic_file.h"
#include "storage/log/checkpoint_file.h"

namespace muir::storage {
namespace {

constexpr std::uint64_t kFileBytesMax = 4096;
constexpr std::string_view kVersionKey = "version:";
constexpr std::string_view kTopicIdKey = "topic_id:";

std::string path_in(const std::string& directory) { return directory + "/" + std::string(kPartitionMetadataFile); }

}  // namespace

Result<Uuid> parse_partition_metadata(std::string_view text) {
  // "key: value" twice; white space of any kind between.
  const auto fields = split_fields(text.substr(0, text.find('\n')));
  if (fields.size() != 2 || fields[0] != kVersionKey) return Errc::malformed_file;
  const auto version = parse_decimal<std::int32_t>(fields[1]);
  if (!version) return Errc::malformed_file;
  if (*version != 0) return Errc::unsupported_file_version;

  const auto end = text.find('\n');
  if (end == std::string_view::npos) return Errc::malformed_file;
  const std::string_view rest = text.substr(end + 1);
  const auto id_fields = split_fields(rest.substr(0, rest.find('\n')));
  if (id_fields.size() != 2 || id_fields[0] != kTopicIdKey) return Errc::malformed_file;
  const auto topic_id = Uuid::parse(id_fields[1]);
  if (!topic_id || topic_id->is_zero()) return Errc::malformed_file;
  return *topic_id;
}

std::string format_partition_metadata(const Uuid& topic_id) { return "version: 0\ntopic_id: " + topic_id.to_string(); }

Task<Result<std::optional<Uuid>>> read_partition_metadata(Disk& disk, std::string directory) {
  const std::string path = path_in(directory);
  const auto bytes = co_await read_file(disk, path, kFileBytesMax);
  if (!bytes) co_return bytes.error();
  if (!*bytes) co_return std::optional<Uuid>{};
  const auto topic_id = parse_partition_metadata(as_text(**bytes));
  if (!topic_id) co_return topic_id.error();
  co_return std::optional(*topic_id);
}

Task<Result<void>> write_partition_metadata(Disk& disk, std::string directory, Uuid topic_id) {
  const std::string path = path_in(directory);
  const std::string text = format_partition_metadata(topic_id);
  const auto written = co_await write_text(disk, path, text, NameDurability::with_directory);
  co_return written;
}

}  // namespace muir::storage
