#include "server/metadata/metadata_loader.h"

#include <utility>

#include "server/metadata/errc.h"
#include "server/metadata/record_frame.h"

namespace muir::server {

MetadataLoader::MetadataLoader(Publish publish)
    : publish_(std::move(publish)), published_(std::make_shared<const MetadataImage>()) {}

Result<> MetadataLoader::load(const MetadataBatch& batch) {
  auto offset = batch.base_offset;
  for (const auto record : batch.records) {
    const auto applied = apply(record);
    if (!applied) return applied;
    now_.image.last_offset = offset;
    now_.image.last_epoch = batch.epoch;
    now_.image.last_timestamp_ms = batch.timestamp_ms;
    ++offset;
  }
  return ok();
}

Result<> MetadataLoader::apply(ByteView frame) {
  const auto head = read_record_head(frame);
  if (!head) return head.error();
  switch (head->type) {
    case MetadataRecordType::BEGIN_TRANSACTION_RECORD:
      if (before_transaction_) return make_error_code(MetadataErrc::nested_transaction);
      flush();
      before_transaction_ = now_;
      break;
    case MetadataRecordType::END_TRANSACTION_RECORD:
      if (!before_transaction_) return make_error_code(MetadataErrc::no_transaction);
      before_transaction_.reset();
      break;
    case MetadataRecordType::ABORT_TRANSACTION_RECORD:
      if (!before_transaction_) return make_error_code(MetadataErrc::no_transaction);
      now_ = std::move(*before_transaction_);
      before_transaction_.reset();
      break;
    default:
      break;
  }
  return now_.image.apply(frame, now_.changes);
}

void MetadataLoader::flush() {
  if (before_transaction_) return;  // What came before it was published when it began.
  if (now_.image.last_offset == published_->last_offset && now_.changes.empty()) return;
  published_ = std::make_shared<const MetadataImage>(now_.image);
  const auto changes = std::exchange(now_.changes, {});
  publish_(published_, changes);
}

Result<> MetadataLoader::load_snapshot(Offset end_offset, Epoch epoch, std::int64_t timestamp_ms,
                                       std::span<const ByteView> records) {
  Progress loaded;
  loaded.changes.is_snapshot = true;
  for (const auto record : records) {
    const auto applied = loaded.image.apply(record, loaded.changes);
    if (!applied) return applied;
  }
  loaded.image.last_offset = Offset{end_offset.value - 1};
  loaded.image.last_epoch = epoch;
  loaded.image.last_timestamp_ms = timestamp_ms;
  for (const auto& [id, topic] : published_->topics.by_id()) {
    if (loaded.image.topics.find(id) == nullptr) loaded.changes.deleted_topics.emplace(id, topic->name);
    loaded.changes.created_topics.erase(id);
  }
  now_ = std::move(loaded);
  before_transaction_.reset();
  flush();
  return ok();
}

}  // namespace muir::server
