"""Emits the tables of a message, the constants that the interpreter in wire/codec works by."""

import cpp_types
from notation import NO_VERSIONS

FIELD_TYPES = {"bool": "boolean"}
FIXED_BYTES = {
    "bool": 1, "int8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "float64": 8, "uuid": 16,
}


def cpp_name(message, struct):
    return message.name if struct is message.body else f"{message.name}::{struct.name}"


def table_name(message, struct):
    return f"k{message.name}" if struct is message.body else f"k{message.name}_{struct.name}"


def has(versions, version):
    return versions.first <= version <= versions.last


def field_bytes_min(message, field, version):
    flexible = message.flexible is not None and version >= message.flexible and not field.inflexible
    if field.array or field.type in ("bytes", "records"):
        return 1 if flexible else 4
    if field.type == "string":
        return 1 if flexible else 2
    if field.struct:
        return 1 if has(field.nullable, version) else struct_bytes_min(message, field.struct, version)
    return FIXED_BYTES[field.type]


def struct_bytes_min(message, struct, version):
    fields = [f for f in struct.fields if has(f.versions, version) and not has(f.tagged, version)]
    tags = 1 if message.flexible is not None and version >= message.flexible else 0
    return tags + sum(field_bytes_min(message, field, version) for field in fields)


def bytes_min(message, struct):
    versions = struct.versions.clip(message.versions)
    least = (struct_bytes_min(message, struct, v) for v in range(versions.first, versions.last + 1))
    return max(1, min(least))


def names_entities(struct):
    return any(f.kind not in (None, "opaque") or (f.struct and names_entities(f.struct)) for f in struct.fields)


def default_number(field):
    if field.default in (None, "null", "false"):
        return None
    return "1" if field.default == "true" else cpp_types.integer_literal(field.default)


def field_row(message, struct, field):
    owner = cpp_name(message, struct)
    type_ = "structure" if field.struct else FIELD_TYPES.get(field.type, field.type)
    parts = [
        f'.name = "{field.name}"',
        f'.json_name = "{field.json_name}"',
        f".type = FieldType::{type_}",
        f".versions = {{{field.versions.first}, {field.versions.last}}}",
        f".offset = offsetof({owner}, {field.name})",
    ]
    if field.nullable != NO_VERSIONS:
        parts.append(f".nullable = {{{field.nullable.first}, {field.nullable.last}}}")
    if field.tag >= 0:
        parts.append(f".tagged = {{{field.tagged.first}, {field.tagged.last}}}, .tag = {field.tag}")
    parts += [f".{flag} = true" for flag in ("ignorable", "inflexible") if getattr(field, flag)]
    if field.default == "null":
        parts.append(".default_is_null = true")
    if default_number(field):
        parts.append(f".default_number = {default_number(field)}")
    if field.kind and field.kind != "opaque":
        parts.append(f".kind = EntityKind::{field.kind}")
    if field.selector:
        parts.append(f'.selector = "{field.selector}"')
    element = cpp_types.element_type(field)
    if field.struct:
        element = f"{message.name}::{element}"
    if field.array:
        parts.append(f".array = &detail::kArrayOps<{element}>")
    if cpp_types.is_optional(field):
        inner = f"std::vector<{element}>" if field.array else element
        parts.append(f".optional = &detail::kOptionalOps<{inner}>")
    if field.struct:
        parts.append(f".structure = &{table_name(message, field.struct)}")
    return "    {" + ", ".join(parts) + "},\n"


def struct_table(message, struct):
    name = table_name(message, struct)
    rows = "".join(field_row(message, struct, field) for field in struct.fields)
    fields = f"{name}Fields" if rows else "{}"
    array = f"constexpr FieldTable {name}Fields[] = {{\n{rows}}};\n" if rows else ""
    return (
        f"{array}constexpr StructTable {name}{{\n"
        f'    "{struct.name}", {fields}, offsetof({cpp_name(message, struct)}, unknown_tagged_fields), '
        f"{str(names_entities(struct)).lower()}, {bytes_min(message, struct)}}};\n\n"
    )


def listeners(message):
    words = [f"k{word.capitalize()}Listener" for word in message.listeners]
    return " | ".join(words) or "0"


def message_table(message, read, write):
    name = message.name
    flexible = "kNeverFlexible" if message.flexible is None else str(message.flexible)
    return (
        f"constexpr MessageTable k{name}Message{{\n"
        f'    "{name}", MessageType::{message.word.replace("-", "_")}, {message.number}, '
        f"{{{message.versions.first}, {message.versions.last}}}, {flexible}, {str(message.unstable).lower()}, "
        f"{listeners(message)}, &k{name},\n"
        f"    sizeof({name}), alignof({name}), detail::construct<{name}>, detail::destroy<{name}>, {read}, {write}}};\n\n"
    )


def equality(message):
    structs = message.structs + [message.body]
    return "".join(
        f"bool {cpp_name(message, s)}::operator==(const {s.name}& other) const {{\n"
        f"  return detail::equal({table_name(message, s)}, this, &other);\n}}\n"
        for s in structs
    )


def entry_points(message):
    name = message.name
    return (
        f"const MessageTable& {name}::table() {{ return k{name}Message; }}\n"
        f"Result<void> decode(Reader& reader, std::int16_t version, {name}& out) {{\n"
        f"  return decode(k{name}Message, reader, version, &out);\n}}\n"
        f"Result<void> encode(Writer& writer, std::int16_t version, const {name}& message) {{\n"
        f"  return encode(k{name}Message, writer, version, &message);\n}}\n\n"
    )


def unit(messages, codec):
    """A compilation unit.  `codec(message)` is the emitted codec of a hot message, "" for all others."""
    text = ["// Generated by wire/generator from wire/schema.  Do not edit.\n#include <cstddef>\n\n"]
    text += [f'#include "{cpp_types.header_path(message)}"\n' for message in messages]
    text.append(
        '#include "wire/codec/emitted.h"\n#include "wire/codec/interpreter.h"\n#include "wire/codec/reader.h"\n#include "wire/codec/table.h"\n'
        '#include "wire/codec/writer.h"\n\n'
        "// Messages hold vectors and are not standard-layout; the compilers we build with give offsetof a meaning for\n"
        "// every class without virtual bases.\n"
        '#pragma GCC diagnostic ignored "-Winvalid-offsetof"\n\nnamespace muir::wire {\n\n'
    )
    for message in messages:
        text.append("namespace {\n\n")
        text += [struct_table(message, struct) for struct in message.structs + [message.body]]
        emitted = codec(message)
        text.append(emitted)
        hooks = (f"read{message.name}", f"write{message.name}") if emitted else ("nullptr", "nullptr")
        text.append(message_table(message, *hooks))
        text.append("}  // namespace\n\n" + equality(message) + entry_points(message))
    text.append("}  // namespace muir::wire\n")
    return "".join(text)


def all_messages(messages):
    """The list behind wire/schema/registry.h."""
    includes = "".join(f'#include "{cpp_types.header_path(message)}"\n' for message in messages)
    rows = "".join(f"      &{message.name}::table(),\n" for message in messages)
    keys = [cpp_types.api_key(message) for message in messages if message.word == "request"]
    names = "".join(f'    case ApiKey::{key}: return "{key}";\n' for key in keys)
    return (
        f"// Generated by wire/generator from wire/schema.  Do not edit.\n{includes}"
        '#include "wire/schema/registry.h"\n\nnamespace muir::wire {\n\n'
        "std::span<const MessageTable* const> all_messages() {\n"
        f"  static const MessageTable* const messages[] = {{\n{rows}  }};\n  return messages;\n}}\n\n"
        f"std::string_view name(ApiKey key) {{\n  switch (key) {{\n{names}  }}\n  return {{}};\n}}\n\n"
        "}  // namespace muir::wire\n"
    )
