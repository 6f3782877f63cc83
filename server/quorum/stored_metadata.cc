#include "server/quorum/stored_metadata.h"

#include "server/metadata/metadata_loader.h"
#include "server/metadata/record_codec.h"
#include "server/metadata/record_frame.h"
#include "server/quorum/metadata_batch.h"
#include "storage/raft/log_position.h"
#include "wire/schema/feature_level_record.h"

namespace muir::server {
namespace {

std::vector<ByteView> views_of(const std::vector<OwnedBytes>& records) { return {records.begin(), records.end()}; }

// Stops before a level that is not known.
Result<void> take_batch(const ReadBatch& batch, MetadataLoader& loader, StoredMetadata& found) {
  if (batch.records.empty()) return ok();
  found.unsupported_level = unsupported_metadata_version(batch.records);
  if (found.unsupported_level) return ok();
  return loader.load({batch.base_offset, batch.epoch, batch.timestamp_ms, batch.records});
}

Task<Result<Offset>> take_snapshot(MetadataLog& log, MetadataLoader& loader, StoredMetadata& found) {
  const auto id = log.latest_snapshot();
  if (!id || *id == storage::kBootstrapSnapshotId) co_return log.start_offset();
  const auto snapshot = co_await log.read_snapshot(*id);
  if (!snapshot) co_return snapshot.error();
  const auto records = views_of(snapshot->records);
  found.unsupported_level = unsupported_metadata_version(records);
  if (found.unsupported_level) co_return id->offset;
  const auto loaded = loader.load_snapshot(id->offset, id->epoch, snapshot->last_contained_timestamp_ms, records);
  if (!loaded) co_return loaded.error();
  co_return id->offset;
}

}  // namespace

std::optional<FeatureLevel> unsupported_metadata_version(std::span<const ByteView> records) {
  for (const ByteView frame : records) {
    const auto head = read_record_head(frame);
    if (!head || head->type != MetadataRecordType::FEATURE_LEVEL_RECORD) continue;
    const auto record = decode_record<wire::FeatureLevelRecord>(*head);
    if (!record || record->name != kMetadataVersionFeature) continue;
    if (record->feature_level < kMetadataVersionMin || record->feature_level > kMetadataVersionMax)
      return record->feature_level;
  }
  return std::nullopt;
}

Task<Result<StoredMetadata>> read_stored_metadata(MetadataLog& log) {
  StoredMetadata found;
  MetadataLoader loader([](MetadataImagePtr, const MetadataChanges&) {});
  auto next = co_await take_snapshot(log, loader, found);
  if (!next) co_return next.error();
  while (!found.unsupported_level && *next < log.end_offset()) {
    const auto bytes = co_await log.read(*next, log.end_offset());
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) break;
    for (ByteView rest = *bytes; !rest.empty();) {
      const auto batch = read_batch(rest);
      if (!batch) co_return batch.error();
      const auto taken = take_batch(*batch, loader, found);
      if (!taken) co_return taken.error();
      if (found.unsupported_level) break;
      next = batch->end_offset;
      rest = rest.subspan(batch->size_bytes);
    }
  }
  loader.flush();
  found.image = loader.image();
  co_return found;
}

}  // namespace muir::server
