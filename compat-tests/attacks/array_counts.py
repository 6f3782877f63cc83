"""Requests made from the schemas that announce more elements than any request could hold: for each request, version and
array, nested and tagged ones too, all bytes up to the array's count, the count, and nothing behind it."""

import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "wire" / "generator"))
import notation  # noqa: E402

LARGEST = 2**31 - 1  # What a count of 32 bits can say.
SIZES = {"bool": 1, "int8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "float64": 8, "uuid": 16}


class Reached(Exception):
    """The array that was looked for begins behind these bytes."""


def uvarint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def requests():
    """Every request message, by API key."""
    parsed = (notation.parse(path, path.read_text()) for path in (ROOT / "wire" / "schema").glob("*_request.schema"))
    return sorted((message for message in parsed if message.word == "request"), key=lambda message: message.number)


def holds(versions, version):
    return versions.first <= version <= versions.last


class Encoder:
    """Writes one version of a message with one element in each array around `target`, a path of field names."""

    def __init__(self, version, is_flexible, target):
        self.version, self.is_flexible, self.target = version, is_flexible, target

    def count(self, elements):
        if self.is_flexible:
            return uvarint(elements + 1)
        return struct.pack(">i", elements)

    def fields(self, body, path, out):
        tagged = []
        for field in body.fields:
            if not holds(field.versions, self.version):
                continue
            if field.tag >= 0 and holds(field.tagged, self.version):
                if self.target[:len(path) + 1] == (*path, field.name):
                    tagged.append(field)
            else:
                out = self.value(field, (*path, field.name), out)
        if not self.is_flexible:
            return out
        if not tagged:
            return out + b"\0"
        # The tag's own size does not matter as long as the bytes are there: nobody comes to its end.
        return self.value(tagged[0], (*path, tagged[0].name), out + b"\1" + uvarint(tagged[0].tag) + uvarint(1000))

    def value(self, field, path, out):
        if field.array:
            if path == self.target:
                raise Reached(out)
            is_around = self.target[:len(path)] == path
            out += self.count(1 if is_around else 0)
            return self.element(field, path, out) if is_around else out
        return self.element(field, path, out)

    def element(self, field, path, out):
        if field.struct:
            is_optional = field.is_nullable and holds(field.nullable, self.version) and not field.array
            return self.fields(field.struct, path, out + (b"\1" if is_optional else b""))
        if field.type in SIZES:
            return out + bytes(SIZES[field.type])
        if self.is_flexible and not field.inflexible:
            return out + b"\1"  # Empty.
        return out + (b"\0\0" if field.type == "string" else bytes(4))


def arrays(body, version, path=()):
    """The paths of all arrays of this version."""
    for field in body.fields:
        if not holds(field.versions, version):
            continue
        here = (*path, field.name)
        if field.array:
            yield here
        if field.struct:
            yield from arrays(field.struct, version, here)


def header(message, version, is_flexible):
    out = struct.pack(">hhih", message.number, version, 7, 3) + b"raw"
    return out + b"\0" if is_flexible else out


def hostile_counts(is_flexible):
    if is_flexible:  # One more is written than is meant.
        return [uvarint(LARGEST + 1), uvarint(2**31 + 1), uvarint(2**32 - 1)]
    return [struct.pack(">i", LARGEST), struct.pack(">I", 2**31), struct.pack(">i", -2)]


def hostile_requests():
    """(what it is, frame without its size)"""
    for message in requests():
        for version in range(message.versions.first, message.versions.last + 1):
            is_flexible = message.flexible is not None and version >= message.flexible
            for target in arrays(message.body, version):
                try:
                    Encoder(version, is_flexible, target).fields(message.body, (), header(message, version, is_flexible))
                    raise RuntimeError(f"{message.name} {version}: {target} was not reached")
                except Reached as reached:
                    before = reached.args[0]
                for count in hostile_counts(is_flexible):
                    yield f"{message.name} {version} {'.'.join(target)}", before + count


if __name__ == "__main__":
    for what, frame in hostile_requests():
        print(what, frame.hex())
