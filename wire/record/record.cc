#include "wire/record/record.h"

#include <algorithm>

#include "wire/base/check.h"
#include "wire/record/varint.h"

namespace muir::wire {
namespace {

using detail::read_varint;

std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

// Takes `size` bytes off the front of `rest`; any negative size is null.  False when they are not there.
bool take(ByteView& rest, std::int32_t size, NullableBytes& bytes) {
  if (size < 0) {
    bytes.reset();
    return true;
  }
  if (rest.size() < static_cast<std::size_t>(size)) return false;
  bytes = rest.first(static_cast<std::size_t>(size));
  rest = rest.subspan(static_cast<std::size_t>(size));
  return true;
}

Result<> take_sized(ByteView& rest, NullableBytes& bytes) {
  std::int32_t size = 0;
  if (!read_varint(rest, size)) return RecordErrc::bad_varint;
  if (!take(rest, size, bytes)) return RecordErrc::bad_record;
  return ok();
}

Result<> take_header(ByteView& rest, RecordHeader& header) {
  NullableBytes key;
  const auto key_taken = take_sized(rest, key);
  if (!key_taken) return key_taken.error();
  if (!key) return RecordErrc::bad_record;
  header.key = as_text(*key);
  return take_sized(rest, header.value);
}

Result<> take_headers(ByteView& rest, RecordHeaders& headers) {
  std::int32_t count = 0;
  if (!read_varint(rest, count)) return RecordErrc::bad_varint;
  if (count < 0 || static_cast<std::size_t>(count) > rest.size()) return RecordErrc::bad_record;
  const ByteView bytes = rest;
  RecordHeader header;
  for (std::int32_t i = 0; i < count; ++i) {
    const auto taken = take_header(rest, header);
    if (!taken) return taken.error();
  }
  headers = RecordHeaders(count, bytes.first(bytes.size() - rest.size()));
  return ok();
}

// Everything of a record but its length, from `body`, which must be just that.
Result<> read_body(ByteView body, RecordView& record, std::int64_t base_offset, std::int64_t base_timestamp) {
  if (body.empty()) return RecordErrc::bad_record;
  body = body.subspan(1);  // Attributes: none are defined, Kafka looks at none.
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  if (!read_varint(body, timestamp_delta) || !read_varint(body, offset_delta)) return RecordErrc::bad_varint;
  record.timestamp = wrapping_add(base_timestamp, timestamp_delta);
  record.offset = Offset{wrapping_add(base_offset, offset_delta)};

  const auto key = take_sized(body, record.key);
  if (!key) return key.error();
  const auto value = take_sized(body, record.value);
  if (!value) return value.error();
  const auto headers = take_headers(body, record.headers);
  if (!headers) return headers.error();
  if (!body.empty()) return RecordErrc::bad_record;
  return ok();
}

}  // namespace

bool RecordHeader::operator==(const RecordHeader& other) const {
  if (key != other.key || value.has_value() != other.value.has_value()) return false;
  return !value || std::ranges::equal(*value, *other.value);
}

void RecordHeaders::Iterator::load() {
  if (left_ > 0) CHECK(take_header(rest_, header_));
}

RecordReader::RecordReader(const BatchView& batch, ByteView records)
    : rest_(records),
      left_(batch.record_count()),
      base_offset_(batch.base_offset().value),
      base_timestamp_(batch.base_timestamp()) {
  if (batch.timestamp_type() == TimestampType::log_append_time) log_append_time_ = batch.max_timestamp();
}

Result<> RecordReader::next(RecordView& record) {
  CHECK(has_next());
  if (left_ < 0) return RecordErrc::bad_record_count;

  const std::size_t before = rest_.size();
  std::int32_t size = 0;
  if (rest_.empty()) return RecordErrc::records_end_early;
  if (!read_varint(rest_, size)) return RecordErrc::bad_varint;
  if (size < 0) return RecordErrc::bad_record;
  if (rest_.size() < static_cast<std::size_t>(size)) return RecordErrc::records_end_early;

  const auto body = read_body(rest_.first(static_cast<std::size_t>(size)), record, base_offset_, base_timestamp_);
  if (!body) return body.error();
  rest_ = rest_.subspan(static_cast<std::size_t>(size));
  if (log_append_time_) record.timestamp = *log_append_time_;
  record.size_bytes = before - rest_.size();
  if (--left_ == 0 && !rest_.empty()) return RecordErrc::trailing_bytes;
  return ok();
}

}  // namespace muir::wire
