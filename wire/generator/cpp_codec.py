"""Emits straight-line codec code for the messages that are hot; all others are left to the interpreter (ADR 010).

The code does what the interpreter would, in the same order.  Tagged fields are rare on the wire: the emitted code only
finds out whether there are any and then calls the interpreter.
"""

import cpp_table
import cpp_types
from notation import NO_VERSIONS

HOT = {
    "RequestHeader", "ResponseHeader", "ProduceRequest", "ProduceResponse", "FetchRequest", "FetchResponse",
    "MetadataResponse", "HeartbeatRequest", "HeartbeatResponse",
}

# Type -> the Reader's and Writer's method.
METHODS = {
    "bool": "bool", "int8": "int8", "int16": "int16", "uint16": "uint16", "int32": "int32", "uint32": "uint32",
    "int64": "int64", "float64": "float64", "uuid": "uuid",
}


def emit(message):
    """The functions readM and writeM of a hot message and all it consists of; "" if it is not hot."""
    if message.name not in HOT:
        return ""
    text = []
    coded = reachable(message.body, lambda field: field.tag < 0)
    tested = {
        id(inner)
        for struct in message.structs + [message.body]
        for field in struct.fields
        if id(struct) in coded and field.struct and needs_default_test(field, struct)
        for inner in reached_structs(field.struct)
    }
    for struct in message.structs + [message.body]:
        text.append(default_test(message, struct) if id(struct) in tested else "")
        text.append(reader(message, struct) + writer(message, struct) if id(struct) in coded else "")
    name, flexible = message.name, is_flexible(message)
    text.append(
        f"void read{name}(Reader& reader, std::int16_t version, void* out) {{\n"
        f"  emitted_read(reader, {{version, {flexible}}}, *static_cast<{name}*>(out));\n}}\n\n"
        f"void write{name}(Writer& writer, std::int16_t version, const void* message) {{\n"
        f"  emitted_write(writer, {{version, {flexible}}}, *static_cast<const {name}*>(message));\n}}\n\n"
    )
    return "".join(text)


def reachable(struct, follow):
    """The ids of `struct` and of those it holds through fields that `follow` accepts."""
    found = {id(struct)}
    for field in struct.fields:
        if field.struct and follow(field):
            found |= reachable(field.struct, follow)
    return found


def reached_structs(struct):
    """`struct` and those that lie in it, neither in an array nor in an optional."""
    inner = [field.struct for field in struct.fields if is_plain_struct(field)]
    return [struct] + [deeper for other in inner for deeper in reached_structs(other)]


def is_plain_struct(field):
    return field.struct is not None and not field.array and not cpp_types.is_optional(field)


def needs_default_test(field, around):
    """Whether the writer asks if the field has its default: it may be left out, or may be lost."""
    return is_plain_struct(field) and (field.tag >= 0 or (field.versions != around.versions and not field.ignorable))


def is_flexible(message):
    return "false" if message.flexible is None else f"version >= {message.flexible}"


def contains(versions, around):
    """A condition on `context.version`, "true" if `around` has no other."""
    if versions == NO_VERSIONS:
        return "false"
    tests = []
    if versions.first > around.first:
        tests.append(f"context.version >= {versions.first}")
    if versions.last < around.last:
        tests.append(f"context.version <= {versions.last}")
    return " && ".join(tests) or "true"


def is_default(field, value):
    """An expression: whether `value`, the field's C++ member, has the schema's default."""
    if cpp_types.is_optional(field):
        if field.default == "null":
            return f"!{value}"
        return f"({value} && {value}->empty())"
    if field.array or field.type in ("string", "bytes"):
        return f"{value}.empty()"
    if field.struct:
        return f"emitted_is_default({value})"
    if field.type == "records":
        return f"{value}.is_null"
    if field.type == "uuid":
        return f"{value}.is_zero()"
    if field.is_error_code:
        return f"{value} == ErrorCode::NONE"
    if field.type == "bool":
        return value if field.default == "true" else f"!{value}"
    return f"{value} == {cpp_types.integer_literal(field.default or '0')}"


def default_test(message, struct):
    terms = [is_default(field, f"value.{field.name}") for field in struct.fields]
    terms.append("value.unknown_tagged_fields.empty()")
    return (
        f"bool emitted_is_default(const {cpp_table.cpp_name(message, struct)}& value) {{\n"
        f"  return {' && '.join(terms)};\n}}\n\n"
    )


def flexible_of(field):
    return "false" if field.inflexible else "context.flexible"


def read_one(field, place):
    """Reads an element, or a field that is no array and not nullable."""
    if field.struct:
        return f"emitted_read(reader, context, {place})"
    if field.type in METHODS:
        value = f"reader.read_{METHODS[field.type]}()"
        return f"{place} = ErrorCode{{{value}}}" if field.is_error_code else f"{place} = {value}"
    return f"detail::read_emitted(reader, {flexible_of(field)}, {place})"


def read_field(message, field):
    place = f"out.{field.name}"
    nullable = contains(field.nullable, message.versions)
    if field.array:
        least = cpp_table.bytes_min(message, field.struct) if field.struct else cpp_table.FIXED_BYTES.get(field.type, 1)
        null = f"{nullable}, " if cpp_types.is_optional(field) else ""
        return (
            f"detail::read_emitted(reader, {flexible_of(field)}, {least}, {place}, {null}"
            f"[&](auto& element) {{ {read_one(field, 'element')}; }});"
        )
    if field.type == "records" or cpp_types.is_optional(field):
        return f"detail::read_emitted(reader, {flexible_of(field)}, {place}, {nullable});"
    return read_one(field, place) + ";"


def guarded(condition, statement):
    return f"  {statement}\n" if condition == "true" else f"  if ({condition}) {statement}\n"


def untagged(field):
    """The versions that carry the field in its place: all, or those before it became tagged; none if always tagged."""
    return NO_VERSIONS if field.tagged == field.versions else field.versions


def reader(message, struct):
    name = cpp_table.cpp_name(message, struct)
    body = "".join(
        guarded(contains(field.versions, struct.versions), read_field(message, field))
        for field in struct.fields
        if untagged(field) != NO_VERSIONS
    )
    return (
        f"void emitted_read([[maybe_unused]] Reader& reader, [[maybe_unused]] detail::Context context,"
        f" [[maybe_unused]] {name}& out) {{\n{body}"
        f"  if (context.flexible) detail::read_tagged_fields(reader, {cpp_table.table_name(message, struct)}, context, &out);\n}}\n\n"
    )


def write_one(field, value):
    if field.struct:
        return f"emitted_write(writer, context, {value})"
    if field.type in METHODS:
        cast = f"static_cast<std::int16_t>({value})" if field.is_error_code else value
        return f"writer.write_{METHODS[field.type]}({cast})"
    return f"detail::write_emitted(writer, {flexible_of(field)}, {value})"


def write_field(message, field):
    value = f"value.{field.name}"
    nullable = contains(field.nullable, message.versions)
    null = f", {nullable}" if cpp_types.is_optional(field) or field.type == "records" else ""
    if field.array:
        return (
            f"detail::write_emitted(writer, {flexible_of(field)}, {value}{null}, "
            f"[&](const auto& element) {{ {write_one(field, 'element')}; }});"
        )
    if null:
        return f"detail::write_emitted(writer, {flexible_of(field)}, {value}{null});"
    return write_one(field, value) + ";"


def write_statement(message, struct, field):
    present = contains(field.versions, struct.versions)
    text = guarded(present, write_field(message, field)) if untagged(field) != NO_VERSIONS else ""
    if present == "true" or field.ignorable:
        return text
    lost = f"!({present}) && !({is_default(field, 'value.' + field.name)})"
    return f"{text}  if ({lost}) return writer.fail(Errc::unsupported_field);\n"


def writer(message, struct):
    name = cpp_table.cpp_name(message, struct)
    body = "".join(write_statement(message, struct, field) for field in struct.fields)
    tagged = [is_default(field, f"value.{field.name}") for field in struct.fields if field.tag >= 0]
    none = " && ".join(tagged + ["value.unknown_tagged_fields.empty()"])
    return (
        f"void emitted_write([[maybe_unused]] Writer& writer, [[maybe_unused]] detail::Context context,"
        f" [[maybe_unused]] const {name}& value) {{\n{body}"
        f"  if (context.flexible && {none}) return writer.write_uvarint(0);\n"
        f"  if (context.flexible)\n"
        f"    return detail::write_tagged_fields(writer, {cpp_table.table_name(message, struct)}, context, &value);\n"
        f"  if (!value.unknown_tagged_fields.empty()) writer.fail(Errc::unsupported_field);\n}}\n\n"
    )
