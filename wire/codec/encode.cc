#include <cstring>

#include "wire/codec/interpreter.h"
#include "wire/codec/records.h"
#include "wire/codec/unknown_tags.h"
#include "wire/codec/writer.h"

namespace muir::wire {
namespace detail {
namespace {

const void* at(const void* object, std::size_t offset) { return static_cast<const std::byte*>(object) + offset; }

template <class T>
T load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// The value of a field, nullptr if it is null.  The table's accessors give no const form; nothing here writes.
const void* find_value(const FieldTable& field, const void* from) {
  if (field.optional) return field.optional->find(const_cast<void*>(from));
  if (field.type == FieldType::records && !field.array && static_cast<const Records*>(from)->is_null) return nullptr;
  return from;
}

// What leads a nullable struct: a signed byte, and as a tagged field a varint.
void write_presence(Writer& writer, const FieldTable& field, Context context, bool present) {
  if (field.tagged.contains(context.version)) return writer.write_uvarint(present ? 1 : 0);
  writer.write_int8(present ? 1 : -1);
}

void write_null(Writer& writer, const FieldTable& field, Context context) {
  if (!field.nullable.contains(context.version)) return writer.fail(Errc::null_not_allowed);
  if (field.array) return writer.write_null(context.flexible);
  switch (field.type) {
    case FieldType::string:
      return writer.write_null_string(context.flexible);
    case FieldType::structure:
      return write_presence(writer, field, context, false);
    default:
      return writer.write_null(context.flexible);
  }
}

void write_value(Writer& writer, const FieldTable& field, Context context, const void* value) {
  switch (field.type) {
    case FieldType::boolean:
      return writer.write_bool(load<bool>(value));
    case FieldType::int8:
      return writer.write_int8(load<std::int8_t>(value));
    case FieldType::int16:
    case FieldType::uint16:
      return writer.write_int16(load<std::int16_t>(value));
    case FieldType::int32:
    case FieldType::uint32:
      return writer.write_int32(load<std::int32_t>(value));
    case FieldType::int64:
    case FieldType::float64:
      return writer.write_int64(load<std::int64_t>(value));
    case FieldType::uuid:
      return writer.write_uuid(load<Uuid>(value));
    case FieldType::string:
      return writer.write_string(*static_cast<const std::string_view*>(value), context.flexible);
    case FieldType::bytes:
      return writer.write_bytes(*static_cast<const ByteView*>(value), context.flexible);
    case FieldType::records:
      return writer.write_records(*static_cast<const Records*>(value), context.flexible);
    case FieldType::structure:
      return write_struct(writer, *field.structure, context, value);
  }
}

void write_array(Writer& writer, const FieldTable& field, Context context, const void* array) {
  const std::size_t count = field.array->count(array);
  writer.write_count(count, context.flexible);
  const auto* element = static_cast<const std::byte*>(field.array->elements(const_cast<void*>(array)));
  for (std::size_t i = 0; i < count && writer.ok(); ++i, element += field.array->element_size)
    write_value(writer, field, context, element);
}

void write_field(Writer& writer, const FieldTable& field, Context context, const void* from) {
  if (field.inflexible) context.flexible = false;
  const void* value = find_value(field, from);
  if (value == nullptr) return write_null(writer, field, context);
  if (field.array) return write_array(writer, field, context, value);
  if (field.type == FieldType::structure && field.nullable.contains(context.version))
    write_presence(writer, field, context, true);
  write_value(writer, field, context, value);
}

bool is_written_as_tag(const FieldTable& field, Context context, const void* object) {
  return field.tagged.contains(context.version) && !is_default(field, at(object, field.offset));
}

const FieldTable* next_tagged(const StructTable& table, Context context, const void* object, std::int64_t after) {
  const FieldTable* next = nullptr;
  for (const FieldTable& field : table.fields)
    if (field.tag > after && (next == nullptr || field.tag < next->tag) && is_written_as_tag(field, context, object))
      next = &field;
  return next;
}

const UnknownTags& unknown_tags_of(const StructTable& table, const void* object) {
  return *static_cast<const UnknownTags*>(at(object, table.unknown_tags_offset));
}

}  // namespace

void write_tagged_fields(Writer& writer, const StructTable& table, Context context, const void* object) {
  const auto unknown = unknown_tags_of(table, object).tags();
  std::size_t count = unknown.size();
  for (const FieldTable& field : table.fields) count += is_written_as_tag(field, context, object);
  writer.write_uvarint(static_cast<std::uint32_t>(count));
  if (count == 0) return;

  auto other = unknown.begin();
  const auto write_unknown_below = [&](std::int64_t limit) {
    for (; other != unknown.end() && other->tag < limit; ++other) {
      writer.write_uvarint(other->tag);
      writer.write_uvarint(static_cast<std::uint32_t>(other->content.size()));
      writer.write_view(other->content);
    }
  };
  for (const FieldTable* field = next_tagged(table, context, object, -1); field != nullptr;
       field = next_tagged(table, context, object, field->tag)) {
    write_unknown_below(field->tag);
    if (other != unknown.end() && other->tag == static_cast<std::uint32_t>(field->tag))
      return writer.fail(Errc::tag_out_of_order);
    writer.write_uvarint(static_cast<std::uint32_t>(field->tag));
    const std::size_t begin = writer.bytes().size();
    write_field(writer, *field, context, at(object, field->offset));
    writer.insert_uvarint_size(begin);
  }
  write_unknown_below(std::int64_t{1} << 32);
}

void write_struct(Writer& writer, const StructTable& table, Context context, const void* object) {
  for (const FieldTable& field : table.fields) {
    const void* from = at(object, field.offset);
    if (!field.versions.contains(context.version)) {
      if (!field.ignorable && !is_default(field, from)) return writer.fail(Errc::unsupported_field);
    } else if (!field.tagged.contains(context.version)) {
      write_field(writer, field, context, from);
    }
    if (!writer.ok()) return;
  }
  if (context.flexible) return write_tagged_fields(writer, table, context, object);
  if (!unknown_tags_of(table, object).empty()) writer.fail(Errc::unsupported_field);
}

}  // namespace detail

Result<void> encode(const MessageTable& table, Writer& writer, std::int16_t version, const void* message) {
  if (!table.versions.contains(version)) return make_error_code(Errc::unsupported_version);
  if (table.write)
    table.write(writer, version, message);
  else
    detail::write_struct(writer, *table.body, {version, table.is_flexible(version)}, message);
  if (!writer.ok()) return writer.error();
  return ok();
}

}  // namespace muir::wire
