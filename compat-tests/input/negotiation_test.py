#!/usr/bin/env python3
"""What the broker at MUIR_BOOTSTRAP offers, and flexible versions seen from close by; as Apache Kafka 4.3.1 does it."""

import os
import pathlib
import struct
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import kafka_messages as kafka  # noqa: E402
from raw_connection import API_VERSIONS, RawConnection, request_header  # noqa: E402
from record_batch import record_batch  # noqa: E402

BOOTSTRAP = os.environ["MUIR_BOOTSTRAP"]
UNKNOWN_TOPIC_ID = 100
FEATURES = {"metadata.version": 30, "kraft.version": 1, "transaction.version": 2, "group.version": 1,
            "eligible.leader.replicas.version": 1, "share.version": 1, "streams.version": 1}
SUPPORTED_TAG, EPOCH_TAG, FINALIZED_TAG = 0, 1, 2


def uvarint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def tags(fields):
    """Tagged fields: {tag: bytes}"""
    return uvarint(len(fields)) + b"".join(uvarint(tag) + uvarint(len(data)) + data for tag, data in fields.items())


def api_versions(connection, version, header_tags=b"\x00", body_tags=b"\x00"):
    """(error, {key: (min, max)}, the tagged fields of the answer); its header is version 0 however new the answer is."""
    body = b"\x04raw" + b"\x021" + body_tags
    cursor = kafka.Cursor(connection.call(request_header(API_VERSIONS, version, 5) + header_tags + body))
    assert cursor.take("i") == 5
    error, keys = cursor.take("h"), {}
    for _ in range(cursor.uvarint() - 1):
        key, low, high = cursor.take("hhh")
        cursor.tags()
        keys[key] = low, high
    cursor.take("i")
    return error, keys, cursor.tags()


def features(cursor):
    """{name: (first number, second number)}"""
    found = {}
    for _ in range(cursor.uvarint() - 1):
        name = cursor.compact_string()
        found[name] = cursor.take("hh")
        cursor.tags()
    return found


class Negotiation(unittest.TestCase):
    def setUp(self):
        self.connection = RawConnection(BOOTSTRAP)
        self.addCleanup(self.connection.socket.close)

    def test_every_version_names_the_same_apis(self):
        for version in (3, 4):
            error, keys, _ = api_versions(self.connection, version)
            self.assertEqual(error, 0)
            self.assertEqual(keys[API_VERSIONS], (0, 4))
            self.assertEqual(keys[kafka.PRODUCE], (0, 13))  # From 0, though below 3 a request closes the connection.
            self.assertEqual(keys[kafka.INIT_PRODUCER_ID], (0, 5))  # 6 is unstable.

    def test_features_that_begin_at_0_are_left_out_of_version_3(self):
        supported = features(api_versions(self.connection, 3)[2][SUPPORTED_TAG])
        self.assertEqual(supported, {"metadata.version": (7, 30)})
        supported = features(api_versions(self.connection, 4)[2][SUPPORTED_TAG])
        self.assertEqual({name: high for name, (_, high) in supported.items()}, FEATURES)

    def test_the_finalized_features_are_those_of_format(self):
        for version in (3, 4):
            answer = api_versions(self.connection, version)[2]
            finalized = {name: high for name, (high, _) in features(answer[FINALIZED_TAG]).items()}
            self.assertEqual(finalized, FEATURES)
            self.assertGreater(answer[EPOCH_TAG].take("q"), 0)

    def test_unknown_tags_are_skipped(self):
        unknown = tags({100: b"abc", 101: b"", 5000: bytes(300)})
        error, keys, _ = api_versions(self.connection, 3, unknown, unknown)
        self.assertEqual((error, keys[API_VERSIONS]), (0, (0, 4)))

    def test_tags_that_lie_about_their_size_close(self):
        for lie in (b"\x01\x64\xff\xff\xff\xff\x07", b"\xff\xff\xff\xff\x07", b"\x01\x64\x7f", b"\xff" * 11):
            with RawConnection(BOOTSTRAP) as connection:
                frame = request_header(API_VERSIONS, 3, 5) + b"\x00" + b"\x04raw" + b"\x021" + lie
                self.assertIsNone(connection.call(frame), lie)

    def test_an_unknown_topic_id_is_echoed_with_its_error(self):
        topic_id = bytes(range(16))
        batch = record_batch([b"x"], int(time.time() * 1000))
        partition = struct.pack(">i", 3) + uvarint(len(batch) + 1) + batch + b"\x00"
        topics = b"\x02" + topic_id + b"\x02" + partition + b"\x00"
        body = b"\x00" + struct.pack(">hi", -1, 10000) + topics + b"\x00"
        cursor = kafka.Cursor(self.connection.call(request_header(kafka.PRODUCE, 13, 5) + b"\x00" + body))
        self.assertEqual(cursor.take("iB"), (5, 0))
        self.assertEqual(cursor.uvarint(), 2)
        self.assertEqual(cursor.take("16s"), topic_id)
        self.assertEqual(cursor.uvarint(), 2)
        self.assertEqual(cursor.take("ihqqq"), (3, UNKNOWN_TOPIC_ID, -1, -1, -1))


if __name__ == "__main__":
    unittest.main()
