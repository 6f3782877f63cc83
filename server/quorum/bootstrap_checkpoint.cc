#include "server/quorum/bootstrap_checkpoint.h"

#include <utility>

#include "server/metadata/record_codec.h"
#include "server/quorum/snapshot_file.h"
#include "storage/disk/atomic_file.h"
#include "wire/base/check.h"
#include "wire/schema/feature_level_record.h"

namespace muir::server {
namespace {

constexpr std::string_view kFileName = "/bootstrap.checkpoint";

OwnedBytes feature_level_record(std::string_view name, FeatureLevel level) {
  wire::FeatureLevelRecord record;
  record.name = name;
  record.feature_level = level;
  auto frame = encode_record(record, 0);
  CHECK(frame);  // The names are ours.
  return std::move(*frame);
}

}  // namespace

std::vector<OwnedBytes> feature_level_records(const FeatureLevels& levels) {
  std::vector<OwnedBytes> records;
  const auto metadata_version = levels.find(std::string(kMetadataVersionFeature));
  CHECK(metadata_version != levels.end());
  records.push_back(feature_level_record(metadata_version->first, metadata_version->second));
  for (const auto& [name, level] : levels)
    if (name != kMetadataVersionFeature && name != kKRaftVersionFeature && level > 0)
      records.push_back(feature_level_record(name, level));
  return records;
}

Task<Result<void>> write_bootstrap_checkpoint(storage::Disk& disk, std::string log_dir, std::vector<OwnedBytes> records,
                                              std::int64_t now_ms) {
  Snapshot snapshot;
  snapshot.records = std::move(records);
  const auto batches = build_snapshot(snapshot, storage::kBootstrapSnapshotId, now_ms);
  if (!batches) co_return batches.error();
  OwnedBytes bytes;
  for (const OwnedBytes& batch : *batches) bytes.insert(bytes.end(), batch.begin(), batch.end());
  co_return co_await storage::write_atomically(disk, log_dir.append(kFileName), std::move(bytes));
}

Task<Result<std::optional<std::vector<OwnedBytes>>>> read_bootstrap_checkpoint(storage::Disk& disk,
                                                                               std::string log_dir) {
  const std::string path = log_dir.append(kFileName);
  const auto status = co_await disk.status(path);
  if (!status) co_return status.error();
  if (!*status) co_return std::optional<std::vector<OwnedBytes>>{};
  auto snapshot = co_await read_snapshot_file(disk, path);
  if (!snapshot) co_return snapshot.error();
  co_return std::optional{std::move(snapshot->records)};
}

}  // namespace muir::server
