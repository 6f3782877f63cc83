#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "wire/base/bytes.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/reader.h"
#include "wire/codec/records.h"
#include "wire/codec/writer.h"

// What the emitted codecs of hot messages are made of (ADR 010).  They do what the interpreter does, field by field;
// a test compares the two on every version.
namespace muir::wire::detail {

inline void read_emitted(Reader& reader, bool flexible, std::string_view& out) {
  const std::int32_t length = reader.read_string_length(flexible);
  if (length == Reader::kNull) return reader.fail(Errc::null_not_allowed);
  out = reader.read_text(static_cast<std::size_t>(length));
}

inline void read_emitted(Reader& reader, bool flexible, std::optional<std::string_view>& out, bool nullable) {
  const std::int32_t length = reader.read_string_length(flexible);
  if (length != Reader::kNull)
    out = reader.read_text(static_cast<std::size_t>(length));
  else if (nullable)
    out.reset();
  else
    reader.fail(Errc::null_not_allowed);
}

inline void read_emitted(Reader& reader, bool flexible, Records& out, bool nullable) {
  const std::int32_t length = reader.read_bytes_length(flexible);
  if (length != Reader::kNull)
    out = Records::of(reader.read_view(static_cast<std::size_t>(length)));
  else if (nullable)
    out = Records{};
  else
    reader.fail(Errc::null_not_allowed);
}

// `read_element` takes the element to read into.
template <class T, class ReadElement>
void read_emitted(Reader& reader, bool flexible, std::size_t bytes_min, std::vector<T>& out, ReadElement read_element) {
  const std::int32_t count = reader.read_count(flexible, bytes_min, sizeof(T));
  if (count == Reader::kNull) return reader.fail(Errc::null_not_allowed);
  out.resize(static_cast<std::size_t>(count));
  for (T& element : out) {
    read_element(element);
    if (!reader.ok()) return;
  }
}

template <class T, class ReadElement>
void read_emitted(Reader& reader, bool flexible, std::size_t bytes_min, std::optional<std::vector<T>>& out,
                  bool nullable, ReadElement read_element) {
  const std::int32_t count = reader.read_count(flexible, bytes_min, sizeof(T));
  if (count == Reader::kNull) return nullable ? out.reset() : reader.fail(Errc::null_not_allowed);
  out.emplace(static_cast<std::size_t>(count));
  for (T& element : *out) {
    read_element(element);
    if (!reader.ok()) return;
  }
}

inline void write_emitted(Writer& writer, bool flexible, std::string_view value) {
  writer.write_string(value, flexible);
}

inline void write_emitted(Writer& writer, bool flexible, const std::optional<std::string_view>& value, bool nullable) {
  if (value)
    writer.write_string(*value, flexible);
  else if (nullable)
    writer.write_null_string(flexible);
  else
    writer.fail(Errc::null_not_allowed);
}

inline void write_emitted(Writer& writer, bool flexible, const Records& value, bool nullable) {
  if (!value.is_null)
    writer.write_records(value, flexible);
  else if (nullable)
    writer.write_null(flexible);
  else
    writer.fail(Errc::null_not_allowed);
}

template <class T, class WriteElement>
void write_emitted(Writer& writer, bool flexible, const std::vector<T>& value, WriteElement write_element) {
  writer.write_count(value.size(), flexible);
  for (const T& element : value) {
    write_element(element);
    if (!writer.ok()) return;
  }
}

template <class T, class WriteElement>
void write_emitted(Writer& writer, bool flexible, const std::optional<std::vector<T>>& value, bool nullable,
                   WriteElement write_element) {
  if (value)
    write_emitted(writer, flexible, *value, write_element);
  else if (nullable)
    writer.write_null(flexible);
  else
    writer.fail(Errc::null_not_allowed);
}

}  // namespace muir::wire::detail
