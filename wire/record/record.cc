#include "wire/record/record.h"

#include <algorithm>

#include "wire/base/check.h"
#include "wire/record/varint.h"

namespace muir::wire {
namespace {

using detail::read_varint;

// What is wrong with the bytes, if anything is.  This runs several times for each record of each batch, and a Result is
// three words in memory where this is one register.
using Fault = RecordErrc;
constexpr Fault kNoFault{};

std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

// The bytes of a record that have not been read: two pointers, so that a walk keeps them in registers.
struct Cursor {
  const std::byte* at;
  const std::byte* end;

  explicit Cursor(ByteView bytes) : at(bytes.data()), end(bytes.data() + bytes.size()) {}
  std::size_t left() const { return static_cast<std::size_t>(end - at); }
};

// Nearly every varint of a record has one byte, most others have two.
template <class Int>
inline bool take_varint(Cursor& rest, Int& value) {
  using Bits = std::make_unsigned_t<Int>;
  if (rest.at == rest.end) return false;
  Bits bits = std::to_integer<Bits>(rest.at[0]);
  if (bits < 0x80) [[likely]] {
    rest.at += 1;
  } else if (rest.left() >= 2 && std::to_integer<Bits>(rest.at[1]) < 0x80) {
    bits = (bits & 0x7f) | std::to_integer<Bits>(rest.at[1]) << 7;
    rest.at += 2;
  } else {
    ByteView bytes(rest.at, rest.end);
    if (!read_varint(bytes, value)) return false;
    rest.at = bytes.data();
    return true;
  }
  value = static_cast<Int>((bits >> 1) ^ (~(bits & 1) + 1));
  return true;
}

// A size and so many bytes; any negative size is null.
inline Fault take_sized(Cursor& rest, NullableBytes& bytes) {
  std::int32_t size = 0;
  if (!take_varint(rest, size)) return RecordErrc::bad_varint;
  if (size < 0) {
    bytes.reset();
    return kNoFault;
  }
  if (rest.left() < static_cast<std::size_t>(size)) return RecordErrc::bad_record;
  bytes.emplace(rest.at, static_cast<std::size_t>(size));
  rest.at += size;
  return kNoFault;
}

Fault take_header(Cursor& rest, RecordHeader& header) {
  NullableBytes key;
  if (const Fault fault = take_sized(rest, key); fault != kNoFault) return fault;
  if (!key) return RecordErrc::bad_record;
  header.key = as_text(*key);
  return take_sized(rest, header.value);
}

inline Fault take_headers(Cursor& rest, RecordHeaders& headers) {
  std::int32_t count = 0;
  if (!take_varint(rest, count)) return RecordErrc::bad_varint;
  if (count < 0 || static_cast<std::size_t>(count) > rest.left()) return RecordErrc::bad_record;
  const std::byte* const begin = rest.at;
  RecordHeader header;
  for (std::int32_t i = 0; i < count; ++i) {
    if (const Fault fault = take_header(rest, header); fault != kNoFault) return fault;
  }
  headers = RecordHeaders(count, ByteView(begin, rest.at));
  return kNoFault;
}

// Everything of a record but its length, from `body`, which must be just that.
inline Fault read_body(ByteView bytes, RecordView& record, std::int64_t base_offset, std::int64_t base_timestamp) {
  if (bytes.empty()) return RecordErrc::bad_record;
  Cursor body(bytes.subspan(1));  // Attributes: none are defined, Kafka looks at none.
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  if (!take_varint(body, timestamp_delta) || !take_varint(body, offset_delta)) return RecordErrc::bad_varint;
  record.timestamp = wrapping_add(base_timestamp, timestamp_delta);
  record.offset = Offset{wrapping_add(base_offset, offset_delta)};

  if (const Fault key = take_sized(body, record.key); key != kNoFault) return key;
  if (const Fault value = take_sized(body, record.value); value != kNoFault) return value;
  if (const Fault headers = take_headers(body, record.headers); headers != kNoFault) return headers;
  if (body.at != body.end) return RecordErrc::bad_record;
  return kNoFault;
}

}  // namespace

bool RecordHeader::operator==(const RecordHeader& other) const {
  if (key != other.key || value.has_value() != other.value.has_value()) return false;
  return !value || std::ranges::equal(*value, *other.value);
}

void RecordHeaders::Iterator::load() {
  if (left_ <= 0) return;
  Cursor rest(rest_);
  CHECK(take_header(rest, header_) == kNoFault);
  rest_ = ByteView(rest.at, rest.end);
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

  if (rest_.empty()) return RecordErrc::records_end_early;
  Cursor rest(rest_);
  std::int32_t size = 0;
  if (!take_varint(rest, size)) return RecordErrc::bad_varint;
  if (size < 0) return RecordErrc::bad_record;
  if (rest.left() < static_cast<std::size_t>(size)) return RecordErrc::records_end_early;

  const ByteView body(rest.at, static_cast<std::size_t>(size));
  const Fault fault = read_body(body, record, base_offset_, base_timestamp_);
  if (fault != kNoFault) return fault;
  record.size_bytes = static_cast<std::size_t>(body.data() + body.size() - rest_.data());
  rest_ = rest_.subspan(record.size_bytes);
  if (log_append_time_) record.timestamp = *log_append_time_;
  if (--left_ == 0 && !rest_.empty()) return RecordErrc::trailing_bytes;
  return ok();
}

}  // namespace muir::wire
