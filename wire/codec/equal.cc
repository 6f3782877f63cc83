#include <algorithm>
#include <cstring>

#include "wire/base/bytes.h"
#include "wire/base/uuid.h"
#include "wire/codec/interpreter.h"
#include "wire/codec/records.h"
#include "wire/codec/unknown_tags.h"

namespace muir::wire::detail {
namespace {

const void* at(const void* object, std::size_t offset) { return static_cast<const std::byte*>(object) + offset; }

std::size_t size_of(FieldType type) {
  switch (type) {
    case FieldType::boolean:
      return sizeof(bool);
    case FieldType::int8:
      return 1;
    case FieldType::int16:
    case FieldType::uint16:
      return 2;
    case FieldType::int32:
    case FieldType::uint32:
      return 4;
    case FieldType::uuid:
      return sizeof(Uuid);
    default:
      return 8;
  }
}

template <class T>
const T& as(const void* value) {
  return *static_cast<const T*>(value);
}

// Floats compare by their bits, as Java's Double does in collections: what was written is equal to what is read.
bool equal_values(const FieldTable& field, const void* a, const void* b) {
  switch (field.type) {
    case FieldType::string:
      return as<std::string_view>(a) == as<std::string_view>(b);
    case FieldType::bytes:
      return std::ranges::equal(as<ByteView>(a), as<ByteView>(b));
    case FieldType::records:
      return as<Records>(a) == as<Records>(b);
    case FieldType::structure:
      return equal(*field.structure, a, b);
    default:
      return std::memcmp(a, b, size_of(field.type)) == 0;
  }
}

bool equal_arrays(const FieldTable& field, const void* a, const void* b) {
  const std::size_t count = field.array->count(a);
  if (count != field.array->count(b)) return false;
  const auto* left = static_cast<const std::byte*>(field.array->elements(const_cast<void*>(a)));
  const auto* right = static_cast<const std::byte*>(field.array->elements(const_cast<void*>(b)));
  for (std::size_t i = 0; i < count; ++i, left += field.array->element_size, right += field.array->element_size)
    if (!equal_values(field, left, right)) return false;
  return true;
}

bool equal_fields(const FieldTable& field, const void* a, const void* b) {
  if (field.optional) {
    a = field.optional->find(const_cast<void*>(a));
    b = field.optional->find(const_cast<void*>(b));
    if (a == nullptr || b == nullptr) return a == b;
  }
  return field.array ? equal_arrays(field, a, b) : equal_values(field, a, b);
}

bool is_default_number(const FieldTable& field, const void* value) {
  std::int64_t bits = 0;
  std::memcpy(&bits, value, size_of(field.type));  // Little-endian hosts only, as -march says.
  const auto width = static_cast<unsigned>(8 * size_of(field.type));
  const std::uint64_t mask = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  return static_cast<std::uint64_t>(bits) == (static_cast<std::uint64_t>(field.default_number) & mask);
}

bool is_default_struct(const StructTable& table, const void* object) {
  return as<UnknownTags>(at(object, table.unknown_tags_offset)).empty() &&
         std::ranges::all_of(table.fields,
                             [&](const FieldTable& field) { return is_default(field, at(object, field.offset)); });
}

}  // namespace

bool equal(const StructTable& table, const void* a, const void* b) {
  return as<UnknownTags>(at(a, table.unknown_tags_offset)) == as<UnknownTags>(at(b, table.unknown_tags_offset)) &&
         std::ranges::all_of(table.fields, [&](const FieldTable& field) {
           return equal_fields(field, at(a, field.offset), at(b, field.offset));
         });
}

bool is_default(const FieldTable& field, const void* from) {
  if (field.optional) {
    from = field.optional->find(const_cast<void*>(from));
    if (from == nullptr || field.default_is_null) return (from == nullptr) == field.default_is_null;
  }
  if (field.array) return field.array->count(from) == 0;
  switch (field.type) {
    case FieldType::uuid:
      return as<Uuid>(from).is_zero();
    case FieldType::string:
      return as<std::string_view>(from).empty();
    case FieldType::bytes:
      return as<ByteView>(from).empty();
    case FieldType::records:
      return as<Records>(from).is_null;
    case FieldType::structure:
      return is_default_struct(*field.structure, from);
    default:
      return is_default_number(field, from);
  }
}

}  // namespace muir::wire::detail
