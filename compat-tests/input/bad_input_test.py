#!/usr/bin/env python3
"""What the broker at MUIR_BOOTSTRAP does with bytes that no client library would send.

Each expectation is what Apache Kafka 4.3.1 does.  After every test a connection that was there all the time is still
served, and all that was acknowledged is still there.
"""

import os
import pathlib
import random
import struct
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import kafka_messages as kafka  # noqa: E402
from raw_connection import API_VERSIONS, RawConnection, api_versions_request, request_header  # noqa: E402
from record_batch import record_batch  # noqa: E402

BOOTSTRAP = os.environ["MUIR_BOOTSTRAP"]
LOG = pathlib.Path(os.environ["MUIR_LOG"])
TOPIC = "bystander"
NOW = int(time.time() * 1000)
VOTE, UNKNOWN_KEY = 52, 999
CORRUPT_MESSAGE, UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUIRED_ACKS = 2, 3, 21
UNSUPPORTED_VERSION, INVALID_REQUEST, INVALID_RECORD = 35, 42, 87
NOT_YET = {UNKNOWN_TOPIC_OR_PARTITION, 5, 6}


def metadata_request(topics, correlation_id=3):
    body = struct.pack(">i", len(topics)) + b"".join(kafka.string(topic) for topic in topics)
    return request_header(kafka.METADATA, kafka.METADATA_VERSION, correlation_id) + body


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bystander = RawConnection(BOOTSTRAP)
        assert kafka.create_topic(cls.bystander, TOPIC) == 0
        deadline = time.monotonic() + 20
        while (answer := kafka.produce(cls.bystander, TOPIC, 0, record_batch([b"first"], NOW))).error in NOT_YET:
            assert time.monotonic() < deadline, answer
        cls.end = 1

    @classmethod
    def tearDownClass(cls):
        cls.bystander.socket.close()

    def setUp(self):
        self.connection = RawConnection(BOOTSTRAP)

    def reconnect(self):
        self.connection.socket.close()
        self.connection = RawConnection(BOOTSTRAP)

    def tearDown(self):
        """Nobody else noticed."""
        self.connection.socket.close()
        self.assertEqual(kafka.offset_at(self.bystander, TOPIC, 0, kafka.LATEST), (0, self.end))
        answer = kafka.produce(self.bystander, TOPIC, 0, record_batch([b"next"], NOW))
        self.assertEqual((answer.error, answer.base_offset), (0, self.end))
        type(self).end += 1

    def assert_closes(self, data=None, frame=None):
        try:
            self.connection.send_raw(data) if frame is None else self.connection.send(frame)
        except (BrokenPipeError, ConnectionResetError):
            return
        self.assertIsNone(self.connection.receive(), "the broker answered")

    def assert_refuses(self, records, error, log_start_offset=-1):
        """A Produce of these bytes is answered with this error; the log start is named once the batch was looked into."""
        answer = kafka.produce(self.connection, TOPIC, 0, records)
        self.assertIsNotNone(answer, "the broker closed the connection")
        self.assertEqual((answer.error, answer.base_offset, answer.log_append_time, answer.log_start_offset),
                         (error, -1, -1, log_start_offset), answer)

    # Negotiation.

    def test_an_unknown_version_of_api_versions_is_answered_as_version_0(self):
        answer = self.connection.call(request_header(API_VERSIONS, 99, 5) + b"\x00whatever follows")
        self.assertEqual(answer, struct.pack(">ihihhh", 5, UNSUPPORTED_VERSION, 1, API_VERSIONS, 0, 4))
        self.assertEqual(self.connection.call(api_versions_request(0, 6))[:6], struct.pack(">ih", 6, 0))

    def test_an_unknown_version_of_another_api_closes(self):
        self.assert_closes(frame=request_header(kafka.METADATA, 99, 5) + bytes(20))

    def test_a_version_that_is_no_longer_supported_closes(self):
        self.assert_closes(frame=kafka.produce_request(TOPIC, 0, record_batch([b"x"], NOW), version=2)[:60])

    def test_an_unstable_version_closes(self):
        self.assert_closes(frame=request_header(kafka.INIT_PRODUCER_ID, 6, 5) + b"\x00" + bytes(30))

    def test_an_unknown_api_key_closes(self):
        self.assert_closes(frame=request_header(UNKNOWN_KEY, 0, 5))

    def test_a_negative_api_key_closes(self):
        self.assert_closes(frame=request_header(-1, 0, 5))

    def test_an_api_of_controllers_closes(self):
        self.assert_closes(frame=request_header(VOTE, 0, 5) + bytes(20))

    def test_an_odd_software_name_is_refused_and_the_connection_kept(self):
        for name in (b"", b"-dash-first", b"with blank"):
            body = b"\x00" + bytes([len(name) + 1]) + name + b"\x021" + b"\x00"
            answer = self.connection.call(request_header(API_VERSIONS, 3, 5) + body)
            self.assertEqual(answer[:7], struct.pack(">ihb", 5, INVALID_REQUEST, 1), name)
        self.assertEqual(self.connection.call(api_versions_request(3, 6))[:6], struct.pack(">ih", 6, 0))

    # Framing.

    def test_a_frame_of_negative_size_closes(self):
        self.assert_closes(struct.pack(">i", -1) + bytes(20))

    def test_an_oversized_frame_closes_before_it_has_come(self):
        self.assert_closes(struct.pack(">i", 100 * 1024 * 1024 + 1))

    def test_a_frame_too_short_for_a_header_closes(self):
        for size in (0, 1, 2, 4, 7):
            self.reconnect()
            self.assert_closes(frame=struct.pack(">hhi", API_VERSIONS, 0, 1)[:size])

    def test_another_protocol_closes(self):
        self.assert_closes(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def test_a_tls_hello_closes(self):
        self.assert_closes(bytes.fromhex("16030100c8010000c40303") + bytes(200))

    def test_garbage_closes(self):
        seed = random.SystemRandom().randrange(1 << 32)
        chance = random.Random(seed)
        for _ in range(30):
            self.reconnect()
            with self.subTest(seed=seed):
                self.assert_closes(frame=b"\x7f" + chance.randbytes(chance.randrange(200)))

    def test_a_frame_that_never_ends_disturbs_nobody(self):
        self.connection.send_raw(struct.pack(">i", 1000) + bytes(10))
        self.assertEqual(self.bystander.call(api_versions_request(0, 9))[:4], struct.pack(">i", 9))

    def test_requests_in_one_packet_are_answered_in_order(self):
        frames = [metadata_request([TOPIC], number) for number in range(50)]
        self.connection.send_raw(b"".join(struct.pack(">i", len(frame)) + frame for frame in frames))
        self.assertEqual([self.connection.receive()[:4] for _ in frames], [struct.pack(">i", n) for n in range(50)])

    def test_a_request_byte_by_byte_is_answered(self):
        frame = metadata_request([TOPIC])
        for byte in struct.pack(">i", len(frame)) + frame:
            self.connection.send_raw(bytes([byte]))
        self.assertEqual(self.connection.receive()[:4], struct.pack(">i", 3))

    def test_bytes_behind_a_request_are_ignored(self):
        self.assertEqual(self.connection.call(metadata_request([TOPIC]) + b"and more")[:4], struct.pack(">i", 3))

    def test_the_log_says_what_and_from_whom_in_one_line(self):
        if os.environ["BROKER_KIND"] != "muir":
            return  # Apache Kafka says it elsewhere, at another level.
        host, port = self.connection.socket.getsockname()
        self.assert_closes(frame=request_header(UNKNOWN_KEY, 0, 5))
        deadline = time.monotonic() + 10
        while not (lines := [line for line in LOG.read_text().splitlines() if host in line and str(port) in line]):
            self.assertLess(time.monotonic(), deadline, f"nothing about {host} {port} in the log")
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(str(UNKNOWN_KEY), lines[0])

    # Bodies.

    def test_a_count_beyond_the_frame_closes(self):
        for count in (2**31 - 1, 10**6, 3):
            self.reconnect()
            body = struct.pack(">i", count) + kafka.string(TOPIC)
            self.assert_closes(frame=request_header(kafka.METADATA, 1, 5) + body)

    def test_a_string_beyond_the_frame_closes(self):
        for size in (32767, 100):
            self.reconnect()
            body = struct.pack(">ih", 1, size) + b"short"
            self.assert_closes(frame=request_header(kafka.METADATA, 1, 5) + body)

    def test_a_null_string_where_none_may_be_closes(self):
        self.assert_closes(frame=request_header(kafka.METADATA, 1, 5) + struct.pack(">ih", 1, -1))

    def test_a_body_that_ends_early_closes(self):
        whole = kafka.produce_request(TOPIC, 0, record_batch([b"x"], NOW))
        for size in (20, 30, 40, len(whole) - 1):
            self.reconnect()
            self.assert_closes(frame=whole[:size])

    # Produce.

    def test_an_unknown_topic_has_its_error_in_its_partition(self):
        answer = kafka.produce(self.connection, "no..such", 0, record_batch([b"x"], NOW))
        self.assertEqual((answer.error, answer.base_offset), (UNKNOWN_TOPIC_OR_PARTITION, -1))
        answer = kafka.produce(self.connection, TOPIC, 77, record_batch([b"x"], NOW))
        self.assertEqual((answer.error, answer.base_offset), (UNKNOWN_TOPIC_OR_PARTITION, -1))

    def test_unknown_acks_are_an_error_of_each_partition(self):
        answer = kafka.produce(self.connection, TOPIC, 0, record_batch([b"x"], NOW), acks=7)
        self.assertEqual((answer.error, answer.base_offset), (INVALID_REQUIRED_ACKS, -1))

    def test_unknown_acks_without_partitions_succeed(self):
        request = request_header(kafka.PRODUCE, 8, 5) + struct.pack(">hhii", -1, 7, 1000, 0)
        self.assertEqual(self.connection.call(request), struct.pack(">iii", 5, 0, 0))

    def test_a_failure_with_acks_0_closes(self):
        self.assert_closes(frame=kafka.produce_request("no..such", 0, record_batch([b"x"], NOW), acks=0))

    def test_empty_records_are_invalid(self):
        self.assert_refuses(b"", INVALID_RECORD)

    def test_a_wrong_checksum_is_a_corrupt_message(self):
        self.assert_refuses(record_batch([b"x"], NOW, crc=12345), CORRUPT_MESSAGE)

    def test_a_torn_batch_is_corrupt(self):
        batch = record_batch([b"x" * 50], NOW)
        for size in (5, 11, 12, 40, len(batch) - 1):
            answer = kafka.produce(self.connection, TOPIC, 0, batch[:size])
            self.assertIn(answer and answer.error, (CORRUPT_MESSAGE, INVALID_RECORD), f"{size} bytes: {answer}")

    def test_two_batches_in_one_request_are_invalid(self):
        self.assert_refuses(record_batch([b"x"], NOW) * 2, INVALID_RECORD)

    def test_a_control_batch_from_a_client_is_invalid(self):
        self.assert_refuses(record_batch([b"x"], NOW, producer=(5, 0, -1), attributes=0x20), INVALID_RECORD, log_start_offset=0)

    def test_a_count_that_is_not_that_of_the_records_is_invalid(self):
        self.assert_refuses(record_batch([b"x", b"y"], NOW, count=3), INVALID_RECORD, log_start_offset=0)
        self.assert_refuses(record_batch([b"x", b"y"], NOW, count=1), INVALID_RECORD, log_start_offset=0)

    def test_a_batch_length_that_lies_is_corrupt(self):
        batch = record_batch([b"x"], NOW)
        for length in (0, 13, 10**6, -1):
            answer = kafka.produce(self.connection, TOPIC, 0, batch[:8] + struct.pack(">i", length) + batch[12:])
            self.assertIn(answer and answer.error, (CORRUPT_MESSAGE, INVALID_RECORD), f"length {length}: {answer}")

    def test_compressed_garbage_is_refused(self):
        for codec in (1, 2, 3, 4):
            batch = record_batch([b"not compressed at all"], NOW, attributes=codec)
            answer = kafka.produce(self.connection, TOPIC, 0, batch)
            self.assertIsNotNone(answer, f"codec {codec}")
            self.assertNotEqual(answer.error, 0, f"codec {codec}")

    def test_an_unknown_codec_is_refused(self):
        answer = kafka.produce(self.connection, TOPIC, 0, record_batch([b"x"], NOW, attributes=7))
        self.assertNotEqual(answer and answer.error, 0)

    def test_null_records_get_no_success(self):
        try:
            answer = kafka.produce(self.connection, TOPIC, 0, None)
        except TimeoutError:
            return  # Apache Kafka's handler fails without a word.
        self.assertTrue(answer is None or answer.error != 0, answer)


if __name__ == "__main__":
    unittest.main()
