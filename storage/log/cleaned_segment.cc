#include "storage/log/cleaned_segment.h"

#include <limits>

#include "storage/log/file_names.h"

namespace muir::storage {

CleanedSegment::CleanedSegment(Disk& disk, std::string directory, Offset base_offset, const LogConfig& config)
    : disk_(disk),
      directory_(std::move(directory)),
      base_offset_(base_offset),
      index_interval_bytes_(static_cast<std::uint32_t>(config.index_interval_bytes)),
      offset_index_(disk, path(kIndexSuffix), base_offset, static_cast<std::size_t>(config.segment_index_bytes)),
      time_index_(disk, path(kTimeIndexSuffix), base_offset, static_cast<std::size_t>(config.segment_index_bytes)),
      max_timestamp_{kNoTimestamp, base_offset} {}

std::string CleanedSegment::path(std::string_view suffix) const {
  return directory_ + "/" + offset_file_name(base_offset_, suffix) + std::string(kCleanedSuffix);
}

Result<void> CleanedSegment::create() {
  auto file = disk_.open(path(kLogSuffix), OpenMode::replace).get();
  if (!file) return file.error();
  file_ = std::move(*file);
  offset_index_.table().reset();
  time_index_.table().reset();
  return ok();
}

Result<void> CleanedSegment::append(ByteView batches) {
  if (batches.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()) - size_bytes_)
    return Errc::batch_list_too_large;
  const auto written = file_->write(size_bytes_, {&batches, 1}).get();
  if (!written) return written;
  while (!batches.empty()) {
    const auto batch = wire::BatchView::parse(batches);
    CHECK(batch);  // The cleaner has just written it.
    const auto indexed = index(BatchHeader::of(*batch));
    if (!indexed) return indexed;
    batches = batches.subspan(batch->size_bytes());
  }
  return ok();
}

// As Segment::index_batch().
Result<void> CleanedSegment::index(const BatchHeader& header) {
  if (header.max_timestamp > max_timestamp_.timestamp) max_timestamp_ = {header.max_timestamp, header.last_offset()};
  if (size_bytes_ - last_indexed_ > index_interval_bytes_) {
    const auto appended = offset_index_.append(header.last_offset(), size_bytes_);
    if (!appended) return Errc::corrupt_segment;
    time_index_.maybe_append(max_timestamp_);
    last_indexed_ = size_bytes_;
  }
  size_bytes_ += header.size_bytes;
  return ok();
}

Result<void> CleanedSegment::write_aborted(const std::vector<AbortedTxn>& aborted) {
  if (aborted.empty()) return disk_.remove(path(kTxnIndexSuffix)).get();
  OwnedBytes bytes(aborted.size() * AbortedTxn::kBytes);
  for (std::size_t i = 0; i < aborted.size(); ++i) aborted[i].encode(bytes.data() + i * AbortedTxn::kBytes);
  const auto file = disk_.open(path(kTxnIndexSuffix), OpenMode::replace).get();
  if (!file) return file.error();
  const ByteView whole = bytes;
  const auto written = (*file)->write(0, {&whole, 1}).get();
  if (!written) return written;
  return (*file)->sync_data().get();
}

Result<void> CleanedSegment::finish(std::int64_t modified_ms, const std::vector<AbortedTxn>& aborted) {
  const auto indexed = write_aborted(aborted);
  if (!indexed) return indexed;
  time_index_.maybe_append(max_timestamp_);
  for (const auto& written :
       {offset_index_.table().write_out().run_inline(), time_index_.table().write_out().run_inline(),
        offset_index_.table().sync().run_inline(), time_index_.table().sync().run_inline()})
    if (!written) return written;
  // Apache Kafka takes a segment without an offset index for a damaged one, even where it would be empty.
  for (FileHandle* const handle : {&offset_index_.table().file(), &time_index_.table().file()}) {
    const auto file = handle->get().get();
    if (!file) return file.error();
    handle->release();
  }
  const auto modified = file_->set_modified(modified_ms).get();
  if (!modified) return modified;
  return file_->sync_data().get();
}

Result<void> CleanedSegment::remove() {
  file_.reset();
  for (const auto suffix : {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
    const auto removed = disk_.remove(path(suffix)).get();
    if (!removed) return removed;
  }
  return ok();
}

}  // namespace muir::storage
