"""Reads record batches of format v2, and a whole partition through a broker.  Believes nothing: every CRC is checked."""

import struct

import kafka_messages
from crc32c import crc32c

HEADER = struct.Struct(">qiibIhiqqqhii")


class Broken(Exception):
    """A broker gave bytes that no broker may give."""


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7


def values_of(batch, base_offset, count):
    """(offset, value) of the records of one uncompressed batch."""
    at = HEADER.size
    for _ in range(count):
        size, at = _varint(batch, at)
        end = at + size
        _, at = _varint(batch, at + 1)  # Attributes, timestamp.
        delta, at = _varint(batch, at)
        key_size, at = _varint(batch, at)
        at += max(key_size, 0)
        value_size, at = _varint(batch, at)
        yield base_offset + delta, bytes(batch[at:at + value_size])
        at = end


def batches_of(data):
    """(base offset, last offset, [(offset, value)]) of each whole batch; raises Broken at a wrong one."""
    at = 0
    while len(data) - at >= HEADER.size:
        base, length, _, magic, crc, attributes, delta, *_, count = HEADER.unpack_from(data, at)
        end = at + 12 + length
        if end > len(data):
            return
        batch = data[at:end]
        if magic != 2 or attributes & 7 or crc32c(batch[21:]) != crc:
            raise Broken(f"a batch at offset {base} that is not what was written (magic {magic}, CRC {crc:08x})")
        yield base, base + delta, list(values_of(batch, base, count))
        at = end


def read_partition(connection, topic, partition, offset=0):
    """([(offset, value)], error): everything from `offset` to the end, or to the first error that the broker answers."""
    records = []
    while True:
        error, high_watermark, data = kafka_messages.fetch(connection, topic, partition, offset)
        if error or offset >= high_watermark:
            return records, error
        before = offset
        for base, last, values in batches_of(data):
            if last < offset:
                raise Broken(f"asked for offset {offset}, was given a batch up to {last}")
            if base > offset:
                raise Broken(f"asked for offset {offset}, was given a batch from {base} on")
            records += [(at, value) for at, value in values if at >= offset]
            offset = last + 1
        if offset == before:
            raise Broken(f"no batch at offset {offset}, below the high watermark {high_watermark}")
