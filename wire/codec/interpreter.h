#pragma once

#include <cstdint>

#include "wire/base/result.h"
#include "wire/codec/table.h"

namespace muir::wire {

// Reads the body of `version` into `out`, an object of `table`'s type, whose old value is dropped.  What it finds views
// the reader's bytes, which must outlive it.  Bytes after the body are left to the caller: Reader::remaining().
// Fails with what the reader met, or Errc::unsupported_version.  After a failure `out` is valid and meaningless.
Result<void> decode(const MessageTable& table, Reader& reader, std::int16_t version, void* out);

// Appends the body of `version`.  Fails with Errc::unsupported_version; Errc::unsupported_field if a field that the
// version lacks has another value than its default and may not be ignored; Errc::null_not_allowed;
// Errc::length_out_of_range.  After a failure what was appended is to be thrown away.
Result<void> encode(const MessageTable& table, Writer& writer, std::int16_t version, const void* message);

namespace detail {

// What an unknown tagged field costs in memory, with the growth of the vector it lives in.
inline constexpr std::size_t kUnknownTagMemory = 64;

struct Context {
  std::int16_t version;
  bool flexible;
};

// The interpreter's halves, which emitted codecs fall back to for what is not hot.
void read_struct(Reader& reader, const StructTable& table, Context context, void* out);
void write_struct(Writer& writer, const StructTable& table, Context context, const void* object);

// The tagged fields of one object, known and unknown in one ascending sequence, behind their count.
void read_tagged_fields(Reader& reader, const StructTable& table, Context context, void* out);
void write_tagged_fields(Writer& writer, const StructTable& table, Context context, const void* object);

bool equal(const StructTable& table, const void* a, const void* b);

// Whether the field that starts at `at` has the schema's default value.
bool is_default(const FieldTable& field, const void* at);

}  // namespace detail

}  // namespace muir::wire
