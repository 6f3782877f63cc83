#include "wire/record/legacy_records.h"

#include <algorithm>

#include "wire/record/old_lz4_stream.h"

namespace muir::wire {
namespace {

constexpr std::size_t kKeyAtV0 = 18, kKeyAtV1 = 26;  // Its length: behind CRC, magic, attributes, and the time.
constexpr std::size_t kPieceBytes = 64 * 1024;

// Four bytes of length, then that many; a negative length is null.
bool take_sized(ByteView& rest, NullableBytes& out) {
  if (rest.size() < 4) return false;
  const auto size = load_big_endian<std::int32_t>(rest.data());
  rest = rest.subspan(4);
  out.reset();
  if (size < 0) return true;
  if (rest.size() < static_cast<std::size_t>(size)) return false;
  out = rest.first(static_cast<std::size_t>(size));
  rest = rest.subspan(static_cast<std::size_t>(size));
  return true;
}

Result<RecordView> record_of(const LegacyBatchView& message) {
  RecordView record;
  record.offset = message.last_offset();
  record.timestamp = message.max_timestamp();
  record.size_bytes = message.size_bytes();
  ByteView rest = message.bytes().subspan(message.magic() == 0 ? kKeyAtV0 : kKeyAtV1);
  if (!take_sized(rest, record.key) || !take_sized(rest, record.value)) return RecordErrc::bad_record;
  return record;
}

}  // namespace

Result<std::span<const RecordView>> LegacyRecordReader::read(const LegacyBatchView& message, std::size_t bytes_max) {
  records_.clear();
  const auto own = record_of(message);
  if (!own) return own.error();
  if (message.compression() == CompressionType::none) {
    records_.push_back(*own);
    return std::span<const RecordView>(records_);
  }
  if (!own->value) return RecordErrc::bad_record;
  const auto messages = unfold(message, *own->value, bytes_max);
  if (!messages) return messages.error();
  const auto read = read_inner(message, *messages);
  if (!read) return read.error();
  return std::span<const RecordView>(records_);
}

Result<void> LegacyRecordReader::read_inner(const LegacyBatchView& wrapper, ByteView messages) {
  BatchWalker walker(messages);
  for (;;) {
    const auto step = walker.next();
    if (!step) return step.error();
    if (!*step) break;
    const auto message = LegacyBatchView::parse((*step)->bytes);
    if (!message) return message.error();
    const bool fits = message->magic() == wrapper.magic() && message->compression() == CompressionType::none;
    if (!fits) return RecordErrc::bad_record;
    auto record = record_of(*message);
    if (!record) return record.error();
    if (wrapper.has_log_append_time()) record->timestamp = wrapper.max_timestamp();
    records_.push_back(*record);
  }
  if (records_.empty()) return RecordErrc::bad_record;
  return wrapper.magic() == 0 ? Result<void>{ok()} : make_offsets_absolute(wrapper.last_offset());
}

// A wrapper that says 0 has not been given an offset, and its messages count from 0: so does Kafka take it.
Result<void> LegacyRecordReader::make_offsets_absolute(Offset wrapper_offset) {
  const Offset last = records_.back().offset;
  if (wrapper_offset.value == 0) return ok();
  if (last.value < 0 || wrapper_offset < last) return RecordErrc::bad_record;
  const std::int64_t base = wrapper_offset - last;
  for (RecordView& record : records_) {
    if (record.offset.value < 0 || record.offset > last) return RecordErrc::bad_record;
    record.offset = record.offset + base;
  }
  return ok();
}

Result<ByteView> LegacyRecordReader::unfold(const LegacyBatchView& wrapper, ByteView compressed,
                                            std::size_t bytes_max) {
  const CompressionType type = wrapper.compression();
  if (!wrapper.compression_is_known() || type == CompressionType::zstd) return RecordErrc::unknown_compression;
  if (wrapper.magic() == 0 && type == CompressionType::lz4) return unfold_old_lz4(compressed, bytes_max);
  return decompressor_.read_all(type, compressed, bytes_max);
}

Result<ByteView> LegacyRecordReader::unfold_old_lz4(ByteView compressed, std::size_t bytes_max) {
  if (!old_lz4_) old_lz4_ = make_old_lz4_stream();
  old_lz4_->begin(compressed, bytes_max);
  std::size_t filled = 0;
  for (;;) {
    if (old_lz4_bytes_.size() - filled < kPieceBytes) old_lz4_bytes_.resize(filled + kPieceBytes);
    const auto size = old_lz4_->read(MutableByteView(old_lz4_bytes_).subspan(filled));
    if (!size) return size.error();
    filled += *size;
    if (filled > bytes_max) return RecordErrc::decompressed_too_large;
    if (*size == 0) return ByteView(old_lz4_bytes_).first(filled);
  }
}

}  // namespace muir::wire
