#include "wire/record/record_scanner.h"

#include <algorithm>

#include "wire/base/check.h"
#include "wire/record/varint.h"

namespace muir::wire {
namespace {

std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace

void RecordScanner::begin(const BatchView& batch, std::size_t bytes_max) {
  window_.resize(kWindowBytes);
  decompressor_.begin(batch.compression(), batch.records(), bytes_max);
  rest_ = {};
  failure_.reset();
  left_ = batch.record_count();
  base_offset_ = batch.base_offset().value;
  base_timestamp_ = batch.base_timestamp();
  log_append_time_.reset();
  if (batch.timestamp_type() == TimestampType::log_append_time) log_append_time_ = batch.max_timestamp();
}

bool RecordScanner::fill() {
  if (failure_) return false;
  const auto size = decompressor_.read(window_);
  if (!size) return failure_ = size.error(), false;
  rest_ = ByteView(window_).first(*size);
  return !rest_.empty();
}

int RecordScanner::next_byte() {
  if (rest_.empty() && !fill()) return -1;
  const int byte = std::to_integer<int>(rest_.front());
  rest_ = rest_.subspan(1);
  return byte;
}

bool RecordScanner::skip(std::int32_t size) {
  while (size > 0) {
    if (rest_.empty() && !fill()) return false;
    const auto step = std::min(rest_.size(), static_cast<std::size_t>(size));
    rest_ = rest_.subspan(step);
    size -= static_cast<std::int32_t>(step);
  }
  return true;
}

template <class Int>
bool RecordScanner::read(Int& value) {
  return detail::read_varint_from([this] { return next_byte(); }, value);
}

bool RecordScanner::skip_headers() {
  std::int32_t count = 0, size = 0;
  if (!read(count) || count < 0) return false;
  for (; count > 0; --count) {
    const bool key = read(size) && size >= 0 && skip(size);
    if (!key || !read(size) || !skip(size)) return false;
  }
  return true;
}

bool RecordScanner::read_fields(RecordSummary& record) {
  std::int32_t body_size = 0, offset_delta = 0;
  std::int64_t timestamp_delta = 0;
  if (!read(body_size) || next_byte() < 0 || !read(timestamp_delta) || !read(offset_delta)) return false;
  record.timestamp = log_append_time_.value_or(wrapping_add(base_timestamp_, timestamp_delta));
  record.offset = Offset{wrapping_add(base_offset_, offset_delta)};
  const bool key = read(record.key_size) && skip(record.key_size);
  return key && read(record.value_size) && skip(record.value_size) && skip_headers();
}

Result<> RecordScanner::next(RecordSummary& record) {
  CHECK(has_next());
  if (left_ < 0) return RecordErrc::bad_record_count;
  if (!read_fields(record)) return broken(RecordErrc::bad_record);
  if (--left_ > 0) return ok();
  if (next_byte() >= 0) return RecordErrc::trailing_bytes;
  if (failure_) return *failure_;
  return ok();
}

}  // namespace muir::wire
