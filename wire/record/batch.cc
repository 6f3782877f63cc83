#include "wire/record/batch.h"

#include <limits>

#include "wire/base/check.h"
#include "wire/record/crc32c.h"

namespace muir::wire {
namespace {

constexpr std::size_t kLengthAt = 8;
constexpr std::size_t kLeaderEpochAt = 12;
constexpr std::size_t kCrcAt = 17;
constexpr std::size_t kAttributesAt = 21;
constexpr std::size_t kMaxTimestampAt = 35;
constexpr std::int16_t kMeaningfulAttributes = 0x7f;  // Compression, timestamp type, transactional, control, horizon.

}  // namespace

Result<BatchFrame> BatchFrame::read(ByteView bytes, std::size_t size_max) {
  if (bytes.size() < kLogOverhead) return RecordErrc::truncated;
  const auto length = load_big_endian<std::int32_t>(bytes.data() + kLengthAt);
  if (length < kLegacyRecordBytesMin) return RecordErrc::batch_too_small;
  const std::size_t size_bytes = kLogOverhead + static_cast<std::size_t>(length);
  if (size_bytes > size_max) return RecordErrc::batch_too_large;
  if (bytes.size() < kBatchFrameBytes) return RecordErrc::truncated;
  const auto magic = load_big_endian<std::int8_t>(bytes.data() + kBatchMagicAt);
  if (magic < 0 || magic > kMagicV2) return RecordErrc::unknown_magic;
  return BatchFrame{Offset{load_big_endian<std::int64_t>(bytes.data())}, size_bytes, magic};
}

Result<BatchView> BatchView::parse(ByteView bytes, std::size_t size_max) {
  const auto frame = BatchFrame::read(bytes, size_max);
  if (!frame) return frame.error();
  if (!frame->is_v2()) return RecordErrc::old_format;
  if (frame->size_bytes < kBatchHeaderBytes) return RecordErrc::batch_too_small;
  if (bytes.size() < frame->size_bytes) return RecordErrc::truncated;
  return BatchView{bytes.first(frame->size_bytes)};
}

std::uint32_t BatchView::computed_crc() const { return crc32c(bytes_.subspan(kAttributesAt)); }

std::int32_t BatchView::last_sequence() const {
  if (base_sequence() == kNoSequence) return kNoSequence;
  return increment_sequence(base_sequence(), last_offset_delta());
}

std::int32_t increment_sequence(std::int32_t sequence, std::int32_t increment) {
  const std::int64_t sum = std::int64_t{sequence} + increment;
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(sum > kMax ? sum - kMax - 1 : sum);
}

Result<std::optional<BatchWalker::Step>> BatchWalker::next() {
  const ByteView rest = bytes_.subspan(position_);
  const auto frame = BatchFrame::read(rest, size_max_);
  const bool torn = frame ? rest.size() < frame->size_bytes : frame.error() == RecordErrc::truncated;
  if (torn) {
    ended_ = true;
    return std::optional<Step>{};
  }
  if (!frame) return frame.error();
  position_ += frame->size_bytes;
  return std::optional(Step{*frame, rest.first(frame->size_bytes)});
}

void set_base_offset(MutableByteView batch, Offset base_offset) {
  CHECK(batch.size() >= kBatchHeaderBytes);
  store_big_endian(batch.data(), base_offset.value);
}

void set_leader_epoch(MutableByteView batch, Epoch leader_epoch) {
  CHECK(batch.size() >= kBatchHeaderBytes);
  store_big_endian(batch.data() + kLeaderEpochAt, leader_epoch.value);
}

void set_max_timestamp(MutableByteView batch, TimestampType type, std::int64_t max_timestamp) {
  const auto view = BatchView::parse(batch);
  CHECK(view);
  if (view->timestamp_type() == type && view->max_timestamp() == max_timestamp) return;

  const auto type_bit = static_cast<std::int16_t>(type == TimestampType::log_append_time ? 0x08 : 0);
  const auto others = static_cast<std::int16_t>(view->attributes() & kMeaningfulAttributes & ~0x08);
  store_big_endian<std::int16_t>(batch.data() + kAttributesAt, static_cast<std::int16_t>(others | type_bit));
  store_big_endian(batch.data() + kMaxTimestampAt, max_timestamp);
  store_big_endian(batch.data() + kCrcAt, view->computed_crc());
}

}  // namespace muir::wire
