#!/usr/bin/env python3
"""Connections with many requests on their way: answers keep their order, and a stop does not wait for the clients."""

import pathlib
import struct
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import kafka_messages as kafka  # noqa: E402
from broker_process import Broker  # noqa: E402
from raw_connection import RawConnection, api_versions_request, request_header  # noqa: E402
from record_batch import record_batch  # noqa: E402

NOW = int(time.time() * 1000)
PATIENCE_SECONDS = 30.0
STOP_SECONDS_MAX = 10.0
TOPIC, PARTITIONS = "busy", 4
FETCH, FETCH_VERSION = 1, 4
NOT_LED_YET = (3, 5, 6)  # UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER


def fetch_request(partition, offset, correlation_id, max_wait_ms=60_000):
    """Waits for a byte behind `offset`."""
    body = struct.pack(">iiiibi", -1, max_wait_ms, 1, 1 << 20, 0, 1) + kafka.string(TOPIC)
    body += struct.pack(">iiqi", 1, partition, offset, 1 << 20)
    return request_header(FETCH, FETCH_VERSION, correlation_id) + body


def framed(payload):
    return struct.pack(">i", len(payload)) + payload


class BusyConnections(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="busy-")
        self.addCleanup(folder.cleanup)
        self.broker = Broker(folder.name, settings={"muir.shards": 2})
        self.addCleanup(self.broker.kill)
        self.address = self.broker.start()
        self.records = record_batch([b"value"], NOW)
        with self.connect() as connection:
            self.assertEqual(kafka.create_topic(connection, TOPIC, PARTITIONS), 0)
            for partition in range(PARTITIONS):
                deadline = time.monotonic() + PATIENCE_SECONDS
                while kafka.produce(connection, TOPIC, partition, self.records).error != 0:
                    self.assertLess(time.monotonic(), deadline)

    def connect(self):
        return RawConnection(self.address, PATIENCE_SECONDS)

    def test_answers_of_a_connection_have_the_order_of_its_requests(self):
        requests, expected = [], []
        for number in range(300):
            partition = number % PARTITIONS
            kind = number % 5
            if kind < 3:  # All in-sync replicas, the leader, or nobody is waited for; the last has no answer.
                acks = (-1, 1, 0)[kind]
                requests.append(kafka.produce_request(TOPIC, partition, self.records, acks, correlation_id=number))
            elif kind == 3:
                requests.append(fetch_request(partition, 0, number))
            else:
                requests.append(api_versions_request(0, number))
            if kind != 2:
                expected.append(number)
        with self.connect() as connection:
            sender = threading.Thread(target=connection.send_raw, args=(b"".join(map(framed, requests)),))
            sender.start()
            answers = [connection.receive() for _ in expected]
            sender.join()
        self.assertEqual([answer and struct.unpack(">i", answer[:4])[0] for answer in answers], expected)

    def test_a_failure_with_acks_0_closes_behind_the_answers_before_it(self):
        requests = [kafka.produce_request(TOPIC, 0, self.records, correlation_id=1), api_versions_request(0, 2),
                    kafka.produce_request(TOPIC, 77, self.records, acks=0, correlation_id=3)]
        with self.connect() as connection:
            connection.send_raw(b"".join(map(framed, requests)))
            self.assertEqual(connection.receive()[:4], struct.pack(">i", 1))
            self.assertEqual(connection.receive()[:4], struct.pack(">i", 2))
            self.assertIsNone(connection.receive())

    def test_a_fetch_that_waits_sees_what_another_connection_produces(self):
        with self.connect() as reader, self.connect() as writer:
            end = kafka.offset_at(writer, TOPIC, 1, kafka.LATEST)[1]
            reader.send(fetch_request(1, end, 5))
            self.assertEqual(kafka.produce(writer, TOPIC, 1, self.records).base_offset, end)
            self.assertIn(b"value", reader.receive())

    def test_a_stop_under_load_is_clean_and_soon(self):
        sent, acknowledged, over = [0] * PARTITIONS, [0] * PARTITIONS, threading.Event()

        def produce(partition):
            try:
                with self.connect() as connection:
                    while True:
                        sent[partition] += 1
                        answer = kafka.produce(connection, TOPIC, partition, self.records)
                        if answer is None or answer.error != 0:
                            return
                        acknowledged[partition] += 1
            except OSError:
                pass

        def wait_for_bytes(partition):
            try:
                with self.connect() as connection:
                    while not over.is_set() and connection.call(fetch_request(partition, 1 << 40, 7)) is not None:
                        pass
                    connection.call(fetch_request(partition, 0, 8))
            except OSError:
                pass

        threads = [threading.Thread(target=produce, args=(number % PARTITIONS,)) for number in range(PARTITIONS)]
        threads += [threading.Thread(target=wait_for_bytes, args=(number % PARTITIONS,)) for number in range(8)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while min(acknowledged) < 20:
            self.assertLess(time.monotonic(), deadline, acknowledged)
            time.sleep(0.01)
        began = time.monotonic()
        self.broker.stop()  # Status 0, or this fails.
        took = time.monotonic() - began
        over.set()
        for thread in threads:
            thread.join()
        self.assertLess(took, STOP_SECONDS_MAX)

        self.broker.start()
        with self.connect() as connection:
            for partition in range(PARTITIONS):
                end = self.end_offset(connection, partition)
                self.assertGreaterEqual(end, acknowledged[partition] + 1, "acknowledged and lost")
                self.assertLessEqual(end, sent[partition] + 1)

    def end_offset(self, connection, partition):
        """A broker that has just started does not lead yet."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            error, end = kafka.offset_at(connection, TOPIC, partition, kafka.LATEST)
            if error == 0:
                return end
            self.assertIn(error, NOT_LED_YET)
            self.assertLess(time.monotonic(), deadline, "the partition is not led")
            time.sleep(0.02)


if __name__ == "__main__":
    unittest.main()
