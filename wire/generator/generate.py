"""Writes the C++ of all messages: `generate.py SCHEMA_DIRECTORY OUTPUT_DIRECTORY`.

Everything is read and generated each time, because one message is a hundredth of a second; a file is written only if
its content changes, so that a changed schema recompiles its own users and its own unit.  `--list` prints the names of
the files that would be written, for CMake.
"""

import pathlib
import sys

import cpp_codec
import cpp_header
import cpp_table
import cpp_types
import notation

MESSAGES_IN_UNIT = 16


def read_schemas(directory):
    messages = []
    for path in sorted(directory.glob("*.schema")):
        message = notation.parse(path, path.read_text())
        if path.stem != cpp_types.snake_case(message.name):
            raise notation.SchemaError(f"{path}:1: {message.name} belongs into {cpp_types.snake_case(message.name)}.schema")
        messages.append(message)
    return messages


def outputs(messages):
    """Path below the output directory -> content."""
    files = {cpp_types.header_path(message): cpp_header.header(message) for message in messages}
    files["wire/schema/api_key.h"] = cpp_header.api_keys(messages)
    files["wire/schema/all_messages.cc"] = cpp_table.all_messages(messages)
    for number in range(0, len(messages), MESSAGES_IN_UNIT):
        unit = messages[number : number + MESSAGES_IN_UNIT]
        files[f"wire/schema/messages_{number // MESSAGES_IN_UNIT:02}.cc"] = cpp_table.unit(unit, cpp_codec.emit)
    return files


def write_changed(path, content):
    if path.exists() and path.read_text() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def main(arguments):
    list_only = arguments[:1] == ["--list"]
    source, target = map(pathlib.Path, arguments[list_only:])
    try:
        files = outputs(read_schemas(source))
    except notation.SchemaError as error:
        sys.exit(str(error))
    for name, content in files.items():
        if list_only:
            print(target / name)
        else:
            write_changed(target / name, content)


if __name__ == "__main__":
    main(sys.argv[1:])
