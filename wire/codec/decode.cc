#include <cstring>

#include "wire/codec/interpreter.h"
#include "wire/codec/reader.h"
#include "wire/codec/records.h"
#include "wire/codec/unknown_tags.h"

namespace muir::wire {
namespace detail {
namespace {

std::byte* at(void* object, std::size_t offset) { return static_cast<std::byte*>(object) + offset; }

template <class T>
void store(void* out, T value) {
  std::memcpy(out, &value, sizeof value);
}

// What lies where a field's value goes: itself, or the inside of its optional once it is known not to be null.
void* present(const FieldTable& field, void* out) { return field.optional ? field.optional->emplace(out) : out; }

void read_null(Reader& reader, const FieldTable& field, Context context, void* out) {
  if (!field.nullable.contains(context.version)) return reader.fail(Errc::null_not_allowed);
  if (field.optional) return field.optional->reset(out);
  *static_cast<Records*>(out) = Records{};
}

void read_string(Reader& reader, const FieldTable& field, Context context, void* out) {
  const std::int32_t length = reader.read_string_length(context.flexible);
  if (length == Reader::kNull) return read_null(reader, field, context, out);
  *static_cast<std::string_view*>(present(field, out)) = reader.read_text(static_cast<std::size_t>(length));
}

void read_bytes(Reader& reader, const FieldTable& field, Context context, void* out) {
  const std::int32_t length = reader.read_bytes_length(context.flexible);
  if (length == Reader::kNull) return read_null(reader, field, context, out);
  const ByteView view = reader.read_view(static_cast<std::size_t>(length));
  if (field.type == FieldType::records)
    *static_cast<Records*>(out) = Records::of(view);
  else
    *static_cast<ByteView*>(present(field, out)) = view;
}

// A nullable struct is led by a signed byte, negative for null; as a tagged field by a varint, zero for null.
bool is_null_structure(Reader& reader, const FieldTable& field, Context context) {
  if (!field.nullable.contains(context.version)) return false;
  return field.tagged.contains(context.version) ? reader.read_uvarint() == 0 : reader.read_int8() < 0;
}

void read_structure(Reader& reader, const FieldTable& field, Context context, void* out) {
  if (is_null_structure(reader, field, context)) return read_null(reader, field, context, out);
  read_struct(reader, *field.structure, context, present(field, out));
}

void read_value(Reader& reader, const FieldTable& field, Context context, void* out) {
  switch (field.type) {
    case FieldType::boolean:
      return store(out, reader.read_bool());
    case FieldType::int8:
      return store(out, reader.read_int8());
    case FieldType::int16:
    case FieldType::uint16:
      return store(out, reader.read_int16());
    case FieldType::int32:
    case FieldType::uint32:
      return store(out, reader.read_int32());
    case FieldType::int64:
    case FieldType::float64:
      return store(out, reader.read_int64());
    case FieldType::uuid:
      return store(out, reader.read_uuid());
    case FieldType::string:
      return read_string(reader, field, context, out);
    case FieldType::bytes:
    case FieldType::records:
      return read_bytes(reader, field, context, out);
    case FieldType::structure:
      return read_structure(reader, field, context, out);
  }
}

std::size_t element_bytes_min(const FieldTable& field) {
  switch (field.type) {
    case FieldType::int16:
    case FieldType::uint16:
      return 2;
    case FieldType::int32:
    case FieldType::uint32:
      return 4;
    case FieldType::int64:
    case FieldType::float64:
      return 8;
    case FieldType::uuid:
      return 16;
    case FieldType::structure:
      return field.structure->bytes_min;
    default:
      return 1;
  }
}

// An element is never null, whatever its array may be.
FieldTable element_of(const FieldTable& field) {
  FieldTable element = field;
  element.nullable = {};
  element.optional = nullptr;
  return element;
}

void read_array(Reader& reader, const FieldTable& field, Context context, void* out) {
  const std::size_t element_size = field.array->element_size;
  const std::int32_t count = reader.read_count(context.flexible, element_bytes_min(field), element_size);
  if (count == Reader::kNull) return read_null(reader, field, context, out);

  auto* element = static_cast<std::byte*>(field.array->resize(present(field, out), static_cast<std::size_t>(count)));
  const FieldTable as_element = element_of(field);
  for (std::int32_t i = 0; i < count && reader.ok(); ++i, element += element_size)
    read_value(reader, as_element, context, element);
}

void read_field(Reader& reader, const FieldTable& field, Context context, void* out) {
  if (field.inflexible) context.flexible = false;
  field.array ? read_array(reader, field, context, out) : read_value(reader, field, context, out);
}

const FieldTable* find_tagged(const StructTable& table, std::uint32_t tag) {
  for (const FieldTable& field : table.fields)
    if (field.tag == static_cast<std::int64_t>(tag)) return &field;
  return nullptr;
}

}  // namespace

void read_tagged_fields(Reader& reader, const StructTable& table, Context context, void* out) {
  const std::uint32_t count = reader.read_uvarint();
  std::int64_t previous = -1;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    const std::uint32_t tag = reader.read_uvarint();
    const std::uint32_t size = reader.read_uvarint();
    if (tag <= previous) return reader.fail(Errc::tag_out_of_order);
    previous = tag;
    if (size > reader.remaining()) return reader.fail(Errc::truncated);

    if (const FieldTable* field = find_tagged(table, tag)) {
      if (!field->tagged.contains(context.version)) return reader.fail(Errc::tag_not_in_version);
      const std::size_t before = reader.remaining();
      read_field(reader, *field, context, at(out, field->offset));
      if (reader.ok() && before - reader.remaining() != size) reader.fail(Errc::tag_size_mismatch);
    } else if (reader.charge(kUnknownTagMemory)) {
      static_cast<UnknownTags*>(static_cast<void*>(at(out, table.unknown_tags_offset)))
          ->add(tag, reader.read_view(size));
    }
  }
}

void read_struct(Reader& reader, const StructTable& table, Context context, void* out) {
  for (const FieldTable& field : table.fields) {
    if (!field.versions.contains(context.version) || field.tagged.contains(context.version)) continue;
    read_field(reader, field, context, at(out, field.offset));
    if (!reader.ok()) return;
  }
  if (context.flexible) read_tagged_fields(reader, table, context, out);
}

}  // namespace detail

Result<void> decode(const MessageTable& table, Reader& reader, std::int16_t version, void* out) {
  if (!table.versions.contains(version)) return make_error_code(Errc::unsupported_version);
  table.destroy(out);
  table.construct(out);
  if (table.read)
    table.read(reader, version, out);
  else
    detail::read_struct(reader, *table.body, {version, table.is_flexible(version)}, out);
  if (!reader.ok()) return reader.error();
  return ok();
}

}  // namespace muir::wire
