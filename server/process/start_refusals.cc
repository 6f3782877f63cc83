#include "server/process/start_refusals.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/quorum/stored_metadata.h"

namespace muir::server {
namespace {

constexpr std::size_t kNamesMax = 20;  // Of topics in one line.

ConfigResult<> refuse_level(FeatureLevel level) {
  return invalid_config(
      fmt::format("The cluster is at metadata.version {}, and this version knows {} to {}: start the "
                  "one that wrote it",
                  level, kMetadataVersionMin, kMetadataVersionMax));
}

bool has_segments(storage::Disk& disk, const std::string& directory) {
  const auto names = disk.list(directory).get();
  return names && std::ranges::any_of(*names, [](const std::string& name) { return name.ends_with(".log"); });
}

std::vector<std::string> tiered_topics(const MetadataImage& image) {
  std::vector<std::string> topics;
  for (const auto& [resource, configs] : image.configs.all()) {
    if (resource.type != ConfigResourceType::TOPIC) continue;
    const auto enabled = configs->find("remote.storage.enable");
    if (enabled != configs->end() && enabled->second == "true") topics.push_back(resource.name);
  }
  return topics;
}

}  // namespace

ConfigResult<> check_cluster(MetadataLog& log) {
  const auto stored = read_stored_metadata(log).run_inline();
  if (!stored) {
    return invalid_config(
        fmt::format("The metadata in {} cannot be followed: {}", log.params().directory, stored.error().message()));
  }
  if (stored->unsupported_level) return refuse_level(*stored->unsupported_level);
  std::vector<std::string> tiered = tiered_topics(*stored->image);
  if (tiered.empty()) return {};
  const std::size_t count = tiered.size();
  if (count > kNamesMax) tiered.resize(kNamesMax);
  return invalid_config(
      fmt::format("Tiered storage is not supported, and {} topics have remote.storage.enable=true: {}", count,
                  fmt::join(tiered, ", ")));
}

ConfigResult<> check_bootstrap(storage::Disk& disk, const std::string& metadata_log_dir,
                               const std::optional<std::vector<OwnedBytes>>& bootstrap) {
  if (!bootstrap || has_segments(disk, metadata_log_dir + "/__cluster_metadata-0")) return {};
  const std::vector<ByteView> records(bootstrap->begin(), bootstrap->end());
  const auto level = unsupported_metadata_version(records);
  return level ? refuse_level(*level) : ConfigResult<>{};
}

}  // namespace muir::server
