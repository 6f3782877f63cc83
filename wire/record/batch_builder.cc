#include "wire/record/batch_builder.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "wire/base/check.h"
#include "wire/record/crc32c.h"
#include "wire/record/varint.h"

namespace muir::wire {
namespace {

using detail::varint_bytes;
using detail::write_varint;

constexpr std::size_t kRecordsBytesMax = std::size_t{0x7fffffff} - (kBatchHeaderBytes - kLogOverhead);

std::size_t sized_bytes(const NullableBytes& bytes) {
  return bytes ? varint_bytes(static_cast<std::int32_t>(bytes->size())) + bytes->size() : 1;
}

std::size_t header_bytes(const RecordHeader& header) {
  return sized_bytes(as_bytes(header.key)) + sized_bytes(header.value);
}

std::byte* write_bytes(std::byte* at, ByteView bytes) {
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

std::byte* write_sized(std::byte* at, const NullableBytes& bytes) {
  at = write_varint(at, bytes ? static_cast<std::int32_t>(bytes->size()) : -1);
  return bytes ? write_bytes(at, *bytes) : at;
}

std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

// Headers come either one by one or, from another batch, as they already are.
struct BatchBuilder::Body {
  std::int64_t timestamp;
  std::int32_t offset_delta;
  NullableBytes key;
  NullableBytes value;
  std::int32_t header_count;
  std::span<const RecordHeader> headers;
  ByteView written_headers;
};

BatchBuilder::Body BatchBuilder::body_of(Offset offset, const NewRecord& record) const {
  const auto delta = static_cast<std::int32_t>(wrapping_subtract(offset.value, options_.base_offset.value));
  return {record.timestamp, delta, record.key, record.value, static_cast<std::int32_t>(record.headers.size()),
          record.headers,   {}};
}

std::size_t BatchBuilder::body_bytes(const Body& body) const {
  const bool first = record_count_ == 0 && !options_.delete_horizon_ms;
  const std::int64_t delta = first ? 0 : wrapping_subtract(body.timestamp, base_timestamp_);
  std::size_t bytes = 1 + varint_bytes(delta) + varint_bytes(body.offset_delta) + sized_bytes(body.key) +
                      sized_bytes(body.value) + varint_bytes(body.header_count) + body.written_headers.size();
  for (const RecordHeader& header : body.headers) bytes += header_bytes(header);
  return bytes;
}

std::size_t BatchBuilder::size_with(const NewRecord& record) const {
  const std::size_t bytes = body_bytes(body_of(next_offset_, record));
  return varint_bytes(static_cast<std::int32_t>(bytes)) + bytes;
}

Result<> BatchBuilder::append_at(Offset offset, const NewRecord& record) {
  return append_body(offset, body_of(offset, record));
}

Result<> BatchBuilder::copy_at(Offset offset, const RecordView& record) {
  const auto delta = static_cast<std::int32_t>(wrapping_subtract(offset.value, options_.base_offset.value));
  return append_body(
      offset, {record.timestamp, delta, record.key, record.value, record.headers.size(), {}, record.headers.bytes()});
}

void BatchBuilder::restart(BatchOptions options) {
  options_ = options;
  records_.clear();
  next_offset_ = options.base_offset;
  record_count_ = 0;
  base_timestamp_ = options.delete_horizon_ms.value_or(kNoTimestamp);
  max_timestamp_ = kNoTimestamp;
}

Result<> BatchBuilder::append_body(Offset offset, const Body& body) {
  CHECK(next_offset_ <= offset);
  if (offset - options_.base_offset > std::numeric_limits<std::int32_t>::max()) return RecordErrc::batch_full;
  const std::size_t bytes = body_bytes(body);
  if (bytes > kRecordsBytesMax || records_.size() + detail::kVarintBytesMax + bytes > kRecordsBytesMax)
    return RecordErrc::batch_full;

  if (record_count_ == 0 && !options_.delete_horizon_ms) base_timestamp_ = body.timestamp;
  const std::size_t begin = records_.size();
  const auto size = static_cast<std::int32_t>(bytes);
  records_.resize(begin + varint_bytes(size) + bytes);
  std::byte* at = write_varint(records_.data() + begin, size);
  *at++ = std::byte{0};
  at = write_varint(at, wrapping_subtract(body.timestamp, base_timestamp_));
  at = write_varint(at, body.offset_delta);
  at = write_sized(at, body.key);
  at = write_sized(at, body.value);
  at = write_varint(at, body.header_count);
  for (const RecordHeader& header : body.headers) {
    at = write_sized(at, as_bytes(header.key));
    at = write_sized(at, header.value);
  }
  at = write_bytes(at, body.written_headers);
  CHECK(at == records_.data() + records_.size());

  max_timestamp_ = std::max(max_timestamp_, body.timestamp);
  next_offset_ = offset + 1;
  ++record_count_;
  return ok();
}

std::int16_t BatchBuilder::attributes() const {
  int bits = static_cast<int>(options_.compression.type);
  if (options_.timestamp_type == TimestampType::log_append_time) bits |= 0x08;
  if (options_.is_transactional) bits |= 0x10;
  if (options_.is_control) bits |= 0x20;
  if (options_.delete_horizon_ms) bits |= 0x40;
  return static_cast<std::int16_t>(bits);
}

void BatchBuilder::write_header(OwnedBytes& batch) const {
  std::byte* at = batch.data();
  const bool broker_time = options_.timestamp_type == TimestampType::log_append_time;
  const auto last_written = record_count_ > 0 ? next_offset_ - options_.base_offset - 1 : 0;
  const auto last_delta = options_.last_offset ? *options_.last_offset - options_.base_offset : last_written;
  store_big_endian(at, options_.base_offset.value);
  store_big_endian(at + 8, static_cast<std::int32_t>(batch.size() - kLogOverhead));
  store_big_endian(at + 12, options_.leader_epoch.value);
  store_big_endian(at + 16, kMagicV2);
  store_big_endian(at + 21, attributes());
  store_big_endian(at + 23, static_cast<std::int32_t>(last_delta));
  store_big_endian(at + 27, base_timestamp_);
  store_big_endian(at + 35, broker_time ? options_.log_append_time : max_timestamp_);
  store_big_endian(at + 43, options_.producer_id.value);
  store_big_endian(at + 51, options_.producer_epoch);
  store_big_endian(at + 53, options_.base_sequence);
  store_big_endian(at + 57, record_count_);
  store_big_endian(at + 17, crc32c(ByteView(batch).subspan(21)));
}

Result<OwnedBytes> BatchBuilder::build() const {
  OwnedBytes batch;
  batch.reserve(size_bytes());
  batch.resize(kBatchHeaderBytes);
  const auto compressed = compress(options_.compression, records_, batch);
  if (!compressed) return compressed.error();
  if (batch.size() - kBatchHeaderBytes > kRecordsBytesMax) return RecordErrc::batch_full;
  write_header(batch);
  return batch;
}

}  // namespace muir::wire
