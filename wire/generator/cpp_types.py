"""The C++ names of what a schema says: types, constants, file names."""

import re

SCALAR_TYPES = {
    "bool": "bool", "int8": "std::int8_t", "int16": "std::int16_t", "uint16": "std::uint16_t", "int32": "std::int32_t",
    "uint32": "std::uint32_t", "int64": "std::int64_t", "float64": "double", "uuid": "Uuid",
    "string": "std::string_view", "bytes": "ByteView", "records": "Records",
}


def snake_case(name):
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower()


def header_path(message):
    return f"wire/schema/{snake_case(message.name)}.h"


def api_key(message):
    """The enumerator of a request's or response's API key: FetchRequest -> FETCH."""
    return snake_case(re.sub(r"(Request|Response)$", "", message.name)).upper()


def element_type(field):
    """Of the field without its array and its null."""
    if field.struct:
        return field.type
    return "ErrorCode" if field.is_error_code else SCALAR_TYPES[field.type]


def is_optional(field):
    """Records carry their null themselves."""
    return field.is_nullable and (field.array or field.type != "records")


def member_type(field):
    type_ = element_type(field)
    if field.array:
        type_ = f"std::vector<{type_}>"
    return f"std::optional<{type_}>" if is_optional(field) else type_


def integer_literal(text):
    value = int(text, 0)
    return "std::numeric_limits<std::int32_t>::min()" if value == -(1 << 31) else str(value)


def default_initialiser(field):
    """What follows the member's name: ` = -1`, or nothing where the type's own default is the schema's."""
    if is_optional(field):
        if field.default == "null":
            return ""
        value = f"std::vector<{element_type(field)}>()" if field.array else f"{element_type(field)}()"
        return f" = {value}"
    if field.type == "records" and not field.is_nullable:
        return " = Records::of({})"
    if field.array or field.struct or field.type in ("string", "bytes", "records", "uuid"):
        return ""
    if field.is_error_code:
        return " = ErrorCode::NONE" if field.default is None else f"{{{integer_literal(field.default)}}}"
    if field.type == "bool":
        return f" = {field.default or 'false'}"
    return f" = {integer_literal(field.default or '0')}"
