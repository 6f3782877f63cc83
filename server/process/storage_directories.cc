#include "server/process/storage_directories.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/runtime/log.h"
#include "storage/log/meta_properties.h"

namespace muir::server {
namespace {

constexpr std::string_view kMetadataLog = "__cluster_metadata-0";

std::vector<std::string> all_directories(const BrokerConfig& config) {
  std::vector<std::string> paths = config.log_dirs;
  if (std::ranges::find(paths, config.metadata_log_dir) == paths.end()) paths.push_back(config.metadata_log_dir);
  return paths;
}

ConfigResult<storage::MetaProperties> checked(const BrokerConfig& config, const std::string& path,
                                              const std::optional<storage::MetaProperties>& read) {
  if (!read) {
    return invalid_config(
        fmt::format("No readable meta.properties files found in {}: format it with `muir format --standalone -t "
                    "CLUSTER_ID -c FILE`",
                    path));
  }
  storage::MetaProperties properties = *read;
  if (properties.cluster_id.empty()) {
    return invalid_config(
        fmt::format("The meta.properties in {} names no cluster id: the directory is of a broker that "
                    "ran with ZooKeeper, or of none",
                    path));
  }
  if (properties.node_id != config.node_id) {
    return invalid_config(fmt::format("Stored node id {} in {} doesn't match node.id={} of the configuration",
                                      properties.node_id.value, path, config.node_id.value));
  }
  if (properties.directory_id && *properties.directory_id < Uuid::from_halves(0, 100)) {
    return invalid_config(
        fmt::format("The directory.id {} in {} is reserved", properties.directory_id->to_string(), path));
  }
  return properties;
}

// A second copy of the metadata log would be of another time: who moved metadata.log.dir has to move the log too.
ConfigResult<> check_metadata_log(storage::Disk& disk, const BrokerConfig& config, const std::string& path) {
  if (path == config.metadata_log_dir) return {};
  const auto status = disk.status(path + "/" + std::string(kMetadataLog)).get();
  if (!status || !*status) return {};
  return invalid_config(
      fmt::format("Found unexpected metadata location in data directory `{}`: {} belongs to {} only, the configured "
                  "metadata directory",
                  path, kMetadataLog, config.metadata_log_dir));
}

ConfigResult<> write_directory_id(storage::Disk& disk, const std::string& path,
                                  const storage::MetaProperties& properties) {
  const auto written = storage::write_meta_properties(disk, path, properties).run_inline();
  if (written) return {};
  return invalid_config(fmt::format("Cannot write meta.properties in {}: {}", path, written.error().message()));
}

}  // namespace

bool is_unformatted(storage::Disk& disk, const BrokerConfig& config) {
  return std::ranges::all_of(all_directories(config), [&](const std::string& path) {
    const auto read = storage::read_meta_properties(disk, path).run_inline();
    return read && !*read;
  });
}

ConfigResult<StorageDirectories> open_storage_directories(storage::Disk& disk, const BrokerConfig& config) {
  StorageDirectories found;
  std::vector<std::pair<std::string, storage::MetaProperties>> without_id;
  for (const std::string& path : all_directories(config)) {
    const bool holds_logs = std::ranges::find(config.log_dirs, path) != config.log_dirs.end();
    const auto read = storage::read_meta_properties(disk, path).run_inline();
    if (!read && (path == config.metadata_log_dir || !holds_logs)) {
      return invalid_config(fmt::format("Cannot read meta.properties in {}: {}", path, read.error().message()));
    }
    if (!read) {
      log_error("log directory unusable", field("dir", path), field("error", read.error().message()));
      found.dirs.push_back({path, {}, true});
      continue;
    }
    auto properties = checked(config, path, *read);
    if (!properties) return properties.error();
    if (const auto misplaced = check_metadata_log(disk, config, path); !misplaced) return misplaced.error();
    if (found.cluster_id.empty()) found.cluster_id = properties->cluster_id;
    if (properties->cluster_id != found.cluster_id) {
      return invalid_config(fmt::format("Log directories are of different clusters: {} is of {}, not of {}", path,
                                        properties->cluster_id, found.cluster_id));
    }
    const bool has_id = properties->directory_id.has_value();
    if (!has_id) properties->directory_id = Uuid::random();
    const Uuid id = *properties->directory_id;
    if (!has_id) without_id.emplace_back(path, *properties);
    if (path == config.metadata_log_dir) found.metadata_directory_id = id;
    if (!holds_logs) continue;
    if (std::ranges::find(found.dirs, id, &StorageDirectories::Dir::id) != found.dirs.end()) {
      return invalid_config(fmt::format("Two log directories have the same directory.id {}", id.to_string()));
    }
    found.dirs.push_back({path, id});
  }
  // Only now: a start that is refused leaves every file as it was.
  for (const auto& [path, properties] : without_id) {
    const auto written = write_directory_id(disk, path, properties);
    if (!written) return written.error();
  }
  return found;
}

}  // namespace muir::server
