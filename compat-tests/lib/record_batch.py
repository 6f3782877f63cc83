"""Record batches of format v2, built byte by byte so that a test may also build wrong ones."""

import struct

from crc32c import crc32c

NO_PRODUCER = (-1, -1, -1)


def varint(value):
    """Zigzag, seven bits a byte."""
    value = (value << 1) ^ (value >> 63)
    out = b""
    while value & ~0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def record(delta, value, key=None):
    """One record without headers, `delta` behind the first in offset; key and value bytes or None."""
    body = b"\x00" + varint(0) + varint(delta)
    for part in (key, value):
        body += varint(-1) if part is None else varint(len(part)) + part
    body += varint(0)
    return varint(len(body)) + body


def record_batch(values, timestamp_ms, producer=NO_PRODUCER, attributes=0, magic=2, crc=None, count=None):
    """A batch of one record a value.  `producer`: (id, epoch, first sequence).  `crc`, `count`: lies, if not None."""
    records = b"".join(record(delta, value) for delta, value in enumerate(values))
    count = len(values) if count is None else count
    rest = struct.pack(">hiqqqhii", attributes, len(values) - 1, timestamp_ms, timestamp_ms, *producer, count) + records
    crc = crc32c(rest) if crc is None else crc
    body = struct.pack(">ibI", -1, magic, crc) + rest
    return struct.pack(">qi", 0, len(body)) + body
