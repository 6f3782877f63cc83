#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "wire/base/bytes.h"
#include "wire/base/growing_bytes.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"
#include "wire/codec/errc.h"
#include "wire/codec/records.h"

namespace muir::wire {

// Appends a message's bytes to a buffer that grows.  Failure is sticky, as a Reader's: the first is kept, and encode()
// reports it; what has been written by then is to be thrown away.
class Writer {
 public:
  // Records that are part of the message but not of the buffer: they belong before bytes()[position].
  struct External {
    std::size_t position;
    std::size_t size;
    std::uint32_t token;  // Records::token.
  };

  bool ok() const { return !error_.failed(); }
  Error error() const { return error_; }
  void fail(Errc errc) {
    if (ok()) error_ = errc;
  }

  void write_bool(bool value) { write_int8(value ? 1 : 0); }
  void write_int8(std::int8_t value) { write_integer(value); }
  void write_int16(std::int16_t value) { write_integer(value); }
  void write_uint16(std::uint16_t value) { write_integer(value); }
  void write_int32(std::int32_t value) { write_integer(value); }
  void write_uint32(std::uint32_t value) { write_integer(value); }
  void write_int64(std::int64_t value) { write_integer(value); }
  void write_float64(double value);
  void write_uuid(const Uuid& id) { write_view(id.bytes); }

  void write_uvarint(std::uint32_t value);
  void write_varint(std::int32_t value);  // Zigzag.
  void write_varlong(std::int64_t value);
  void write_view(ByteView bytes);

  // Length prefix and content; `flexible` as in Reader.  Fail with Errc::length_out_of_range for a string beyond 32767
  // bytes, and for anything whose length the prefix cannot say.
  void write_string(std::string_view text, bool flexible);
  void write_bytes(ByteView bytes, bool flexible);
  void write_records(const Records& records, bool flexible);
  void write_count(std::size_t count, bool flexible);
  void write_null_string(bool flexible);
  void write_null(bool flexible);  // Of bytes, records and arrays.

  // Room for an int32 that is known only later, such as a frame's size; patch_int32() fills it in.
  std::size_t reserve_int32();
  void patch_int32(std::size_t position, std::int32_t value);

  // Writes, before what was written since `position`, how long that is: the size prefix of a tagged field.
  void insert_uvarint_size(std::size_t position);

  ByteView bytes() const { return {buffer_.data(), size_}; }
  const std::vector<External>& externals() const { return externals_; }
  // Of the message: bytes() and all externals.
  std::size_t size() const { return size_ + external_bytes_; }
  // A copy of the bytes, and leaves none.
  OwnedBytes take();

  // Forgets everything but the buffer's capacity.
  void clear();
  // Room for `bytes` more, so that writing them does not grow the buffer.
  void reserve(std::size_t bytes) {
    if (buffer_.capacity() - size_ < bytes) grow(bytes);
  }

 private:
  template <class Int>
  void write_integer(Int value) {
    store_big_endian(extend(sizeof(Int)), value);
  }

  // Room for `bytes` more at the end, whose content is undefined.
  std::byte* extend(std::size_t bytes) {
    if (buffer_.capacity() - size_ < bytes) [[unlikely]]
      grow(bytes);
    size_ += bytes;
    return buffer_.data() + size_ - bytes;
  }
  void grow(std::size_t bytes);

  GrowingBytes buffer_;
  std::size_t size_ = 0;
  std::vector<External> externals_;
  std::size_t external_bytes_ = 0;
  Error error_;
};

}  // namespace muir::wire
