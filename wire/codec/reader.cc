#include "wire/codec/reader.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace muir::wire {

namespace {

constexpr std::int64_t kStringBytesMax = std::numeric_limits<std::int16_t>::max();

}  // namespace

void Reader::fail(Errc errc) {
  if (ok()) error_ = errc;
  at_ = end_;
}

double Reader::read_float64() { return std::bit_cast<double>(read_int64()); }

Uuid Reader::read_uuid() {
  Uuid id;
  const ByteView bytes = read_view(id.bytes.size());
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

std::uint32_t Reader::read_uvarint() {
  std::uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(read_int8());
    if (shift == 28 && byte > 0x0f) break;  // More than 32 bits.
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail(Errc::malformed_varint);
  return 0;
}

std::int32_t Reader::read_varint() {
  const std::uint32_t value = read_uvarint();
  return static_cast<std::int32_t>(value >> 1) ^ -static_cast<std::int32_t>(value & 1);
}

std::int64_t Reader::read_varlong() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(read_int8());
    if (shift == 63 && byte > 0x01) break;  // More than 64 bits.
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  fail(Errc::malformed_varint);
  return 0;
}

ByteView Reader::read_view(std::size_t size) {
  if (remaining() < size) {
    fail(Errc::truncated);
    return {};
  }
  const ByteView view(at_, size);
  at_ += size;
  return view;
}

std::int32_t Reader::checked_length(std::int64_t length) {
  if (!ok()) return 0;
  if (length < 0) return kNull;
  if (static_cast<std::uint64_t>(length) > remaining()) {
    fail(Errc::truncated);
    return 0;
  }
  return static_cast<std::int32_t>(length);
}

std::int32_t Reader::read_string_length(bool flexible) {
  const std::int64_t length = flexible ? static_cast<std::int64_t>(read_uvarint()) - 1 : read_int16();
  if (length > kStringBytesMax) {
    fail(Errc::length_out_of_range);
    return 0;
  }
  return checked_length(length);
}

std::int32_t Reader::read_bytes_length(bool flexible) {
  return checked_length(flexible ? static_cast<std::int64_t>(read_uvarint()) - 1 : read_int32());
}

std::int32_t Reader::read_count(bool flexible, std::size_t element_bytes_min, std::size_t element_memory) {
  const std::int32_t count = read_bytes_length(flexible);  // An element takes at least one byte.
  if (count <= 0) return count;
  if (static_cast<std::size_t>(count) > remaining() / element_bytes_min) {
    fail(Errc::truncated);
    return 0;
  }
  return charge(static_cast<std::size_t>(count) * element_memory) ? count : 0;
}

bool Reader::charge(std::size_t bytes) {
  if (bytes > memory_max_ - memory_taken_) {
    fail(Errc::memory_limit);
    return false;
  }
  memory_taken_ += bytes;
  return true;
}

}  // namespace muir::wire
