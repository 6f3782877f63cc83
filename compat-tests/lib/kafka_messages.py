"""A few requests at versions without tagged fields, written and read by hand."""

import struct
import typing

from raw_connection import request_header

PRODUCE, FETCH, LIST_OFFSETS, METADATA, CREATE_TOPICS, INIT_PRODUCER_ID = 0, 1, 2, 3, 19, 22
PRODUCE_VERSION, FETCH_VERSION, LIST_OFFSETS_VERSION, METADATA_VERSION = 8, 4, 1, 1
LATEST, EARLIEST = -1, -2


class Produced(typing.NamedTuple):
    error: int
    base_offset: int
    log_append_time: int
    log_start_offset: int
    message: str | None


class Cursor:
    """Reads the fields of an answer in their order."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return values[0] if len(values) == 1 else values

    def string(self):
        size = self.take("h")
        if size < 0:
            return None
        self.at += size
        return self.data[self.at - size:self.at].decode()

    def uvarint(self):
        value = shift = 0
        while True:
            byte = self.take("B")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def compact_string(self):
        size = self.uvarint() - 1
        if size < 0:
            return None
        self.at += size
        return self.data[self.at - size:self.at].decode()

    def tags(self):
        """{tag: a cursor over its bytes}"""
        fields = {}
        for _ in range(self.uvarint()):
            tag, size = self.uvarint(), self.uvarint()
            fields[tag] = Cursor(self.data[self.at:self.at + size])
            self.at += size
        return fields


def string(text):
    return struct.pack(">h", len(text)) + text.encode()


def produce_request(topic, partition, records, acks=-1, correlation_id=7, version=PRODUCE_VERSION):
    """`records`: bytes, or None for null."""
    body = struct.pack(">hhii", -1, acks, 30000, 1) + string(topic) + struct.pack(">ii", 1, partition)
    body += struct.pack(">i", -1) if records is None else struct.pack(">i", len(records)) + records
    return request_header(PRODUCE, version, correlation_id) + body


def produce(connection, topic, partition, records, acks=-1):
    """What the broker says of the one partition; None if it closed the connection."""
    answer = connection.call(produce_request(topic, partition, records, acks))
    return None if answer is None else produced(answer)


def produced(answer):
    """What the answer to a produce_request() says."""
    cursor = Cursor(answer)
    cursor.take("i"), cursor.take("i"), cursor.string(), cursor.take("ii")
    error, base, append_time, start = cursor.take("hqqq")
    for _ in range(max(cursor.take("i"), 0)):
        cursor.take("i"), cursor.string()
    return Produced(error, base, append_time, start, cursor.string())


def fetch(connection, topic, partition, offset, bytes_max=1 << 20):
    """(error, high watermark, record bytes) from `offset` on; does not wait for records."""
    body = struct.pack(">iiiibi", -1, 0, 0, 100 << 20, 0, 1) + string(topic)
    body += struct.pack(">iiqi", 1, partition, offset, bytes_max)
    cursor = Cursor(connection.call(request_header(FETCH, FETCH_VERSION, 11) + body))
    cursor.take("iii"), cursor.string(), cursor.take("ii")
    error, high_watermark, _ = cursor.take("hqq")
    for _ in range(max(cursor.take("i"), 0)):
        cursor.take("qq")
    size = max(cursor.take("i"), 0)
    return error, high_watermark, cursor.data[cursor.at:cursor.at + size]


def init_producer_id(connection):
    """(error, producer id, producer epoch)"""
    answer = connection.call(request_header(INIT_PRODUCER_ID, 0, 8) + struct.pack(">hi", -1, 60000))
    cursor = Cursor(answer)
    cursor.take("ii")
    return cursor.take("hqh")


def offset_at(connection, topic, partition, timestamp):
    """(error, offset); LATEST and EARLIEST are the ends of the log."""
    body = struct.pack(">ii", -1, 1) + string(topic) + struct.pack(">iiq", 1, partition, timestamp)
    cursor = Cursor(connection.call(request_header(LIST_OFFSETS, LIST_OFFSETS_VERSION, 9) + body))
    cursor.take("ii"), cursor.string(), cursor.take("ii")
    error, _, offset = cursor.take("hqq")
    return error, offset


def create_topic(connection, topic, partitions=1, configs=None):
    """The error of the topic."""
    settings = b"".join(string(key) + string(value) for key, value in (configs or {}).items())
    body = (struct.pack(">i", 1) + string(topic) + struct.pack(">ihii", partitions, 1, 0, len(configs or {})) + settings
            + struct.pack(">i?", 30000, False))
    cursor = Cursor(connection.call(request_header(CREATE_TOPICS, 2, 10) + body))
    cursor.take("iii"), cursor.string()
    return cursor.take("h")
