#include "wire/codec/writer.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "wire/base/check.h"

namespace muir::wire {
namespace {

constexpr std::size_t kStringBytesMax = std::numeric_limits<std::int16_t>::max();
constexpr std::size_t kLengthMax = std::numeric_limits<std::int32_t>::max() - 1;  // Room for the + 1 of a varint.
constexpr std::size_t kUvarintBytesMax = 5;
constexpr std::size_t kFirstBytes = 128;

std::size_t put_uvarint(std::uint64_t value, std::byte* out) {
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7) out[size++] = static_cast<std::byte>(value | 0x80);
  out[size++] = static_cast<std::byte>(value);
  return size;
}

}  // namespace

void Writer::write_float64(double value) { write_int64(std::bit_cast<std::int64_t>(value)); }

void Writer::write_uvarint(std::uint32_t value) {
  std::byte encoded[kUvarintBytesMax];
  write_view({encoded, put_uvarint(value, encoded)});
}

void Writer::write_varint(std::int32_t value) {
  write_uvarint(static_cast<std::uint32_t>(value) << 1 ^ static_cast<std::uint32_t>(value >> 31));
}

void Writer::write_varlong(std::int64_t value) {
  std::byte encoded[2 * kUvarintBytesMax];
  const auto zigzag = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  write_view({encoded, put_uvarint(zigzag, encoded)});
}

void Writer::write_view(ByteView bytes) {
  if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
}

void Writer::grow(std::size_t bytes) {
  buffer_.grow_to(std::max({buffer_.capacity() * 2, size_ + bytes, kFirstBytes}));
}

void Writer::write_string(std::string_view text, bool flexible) {
  if (text.size() > kStringBytesMax) return fail(Errc::length_out_of_range);
  if (flexible)
    write_uvarint(static_cast<std::uint32_t>(text.size()) + 1);
  else
    write_int16(static_cast<std::int16_t>(text.size()));
  write_view(as_bytes(text));
}

void Writer::write_bytes(ByteView bytes, bool flexible) {
  write_count(bytes.size(), flexible);
  write_view(bytes);
}

void Writer::write_records(const Records& records, bool flexible) {
  write_count(records.size_in_bytes(), flexible);
  if (!records.is_external) return write_view(records.bytes);
  externals_.push_back({size_, records.size, records.token});
  external_bytes_ += records.size;
}

void Writer::write_count(std::size_t count, bool flexible) {
  if (count > kLengthMax) return fail(Errc::length_out_of_range);
  if (flexible)
    write_uvarint(static_cast<std::uint32_t>(count) + 1);
  else
    write_int32(static_cast<std::int32_t>(count));
}

void Writer::write_null_string(bool flexible) { flexible ? write_uvarint(0) : write_int16(-1); }

void Writer::write_null(bool flexible) { flexible ? write_uvarint(0) : write_int32(-1); }

std::size_t Writer::reserve_int32() {
  const std::size_t position = size_;
  write_int32(0);
  return position;
}

void Writer::patch_int32(std::size_t position, std::int32_t value) {
  CHECK(position + sizeof value <= size_);
  store_big_endian(buffer_.data() + position, value);
}

void Writer::insert_uvarint_size(std::size_t position) {
  CHECK(externals_.empty() || externals_.back().position <= position);  // No schema has records in a tagged field.
  std::byte encoded[kUvarintBytesMax];
  const std::size_t measured = size_ - position;
  const std::size_t size = put_uvarint(measured, encoded);
  extend(size);
  std::byte* const begin = buffer_.data() + position;
  std::memmove(begin + size, begin, measured);
  std::memcpy(begin, encoded, size);
}

OwnedBytes Writer::take() {
  OwnedBytes taken(bytes().begin(), bytes().end());
  clear();
  return taken;
}

void Writer::clear() {
  size_ = 0;
  externals_.clear();
  external_bytes_ = 0;
  error_ = {};
}

}  // namespace muir::wire
