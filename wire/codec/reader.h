#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/base/bytes.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"
#include "wire/codec/errc.h"

namespace muir::wire {

// A cursor over bytes that a peer or a disk controls.  Nothing is copied: what it returns views the bytes it was given.
//
// Failure is sticky.  The first one is kept in error(); from then on nothing remains and every read yields zero, so
// that a decoder is straight-line code which looks at ok() once, at its end.  Loops over a count are safe because
// read_count() has checked the count against what remains.
class Reader {
 public:
  // `memory_max`: a bound of the caller's for what decoding may allocate, beside the one in proportion to the input.
  explicit Reader(ByteView bytes, std::size_t memory_max = SIZE_MAX)
      : at_(bytes.data()),
        end_(at_ + bytes.size()),
        memory_max_(std::min(memory_max, bytes.size() * kMemoryPerByte + kMemoryFree)) {}

  // What decoding may allocate: so many bytes for each byte of input, and some for free (see charge()).
  static constexpr std::size_t kMemoryPerByte = 32;
  static constexpr std::size_t kMemoryFree = 64 * 1024;

  static constexpr std::int32_t kNull = -1;  // The length or count of null.

  bool ok() const { return !error_.failed(); }
  Error error() const { return error_; }
  void fail(Errc errc);
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

  bool read_bool() { return read_int8() != 0; }
  std::int8_t read_int8() { return read_integer<std::int8_t>(); }
  std::int16_t read_int16() { return read_integer<std::int16_t>(); }
  std::uint16_t read_uint16() { return read_integer<std::uint16_t>(); }
  std::int32_t read_int32() { return read_integer<std::int32_t>(); }
  std::uint32_t read_uint32() { return read_integer<std::uint32_t>(); }
  std::int64_t read_int64() { return read_integer<std::int64_t>(); }
  double read_float64();
  Uuid read_uuid();

  std::uint32_t read_uvarint();  // At most five bytes.
  std::int32_t read_varint();    // Zigzag.
  std::int64_t read_varlong();   // Zigzag, at most ten bytes.

  // The next `size` bytes; fails with Errc::truncated if there are fewer.
  ByteView read_view(std::size_t size);
  std::string_view read_text(std::size_t size) { return as_text(read_view(size)); }

  // Length prefixes.  kNull for null (any negative length is null, as Kafka takes it), otherwise within what remains.
  // `flexible`: a varint of length + 1 (KIP-482), otherwise an int16 for strings and an int32 for bytes.
  std::int32_t read_string_length(bool flexible);
  std::int32_t read_bytes_length(bool flexible);

  // The count of an array whose elements take at least `element_bytes_min` bytes each and become
  // `element_memory` bytes of memory; the memory is charged.  kNull for null.
  std::int32_t read_count(bool flexible, std::size_t element_bytes_min, std::size_t element_memory);

  // Takes `bytes` from what decoding this input may allocate; fails with Errc::memory_limit when there is no more.
  // This is what keeps a small frame of empty elements from becoming a large tree of objects.
  bool charge(std::size_t bytes);
  std::size_t memory_taken() const { return memory_taken_; }

 private:
  template <class Int>
  Int read_integer() {
    if (remaining() < sizeof(Int)) [[unlikely]]
      return fail(Errc::truncated), Int{};
    const Int value = load_big_endian<Int>(at_);
    at_ += sizeof(Int);
    return value;
  }
  std::int32_t checked_length(std::int64_t length);

  const std::byte* at_;
  const std::byte* end_;
  std::size_t memory_max_;
  std::size_t memory_taken_ = 0;
  Error error_;
};

}  // namespace muir::wire
