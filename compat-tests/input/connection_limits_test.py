#!/usr/bin/env python3
"""How many connections there may be, how long they may idle, and how much memory their requests may take."""

import contextlib
import pathlib
import select
import struct
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import kafka_messages as kafka  # noqa: E402
from broker_process import Broker, default_kind  # noqa: E402
from raw_connection import RawConnection, api_versions_request  # noqa: E402
from record_batch import record_batch  # noqa: E402

NOW = int(time.time() * 1000)
PATIENCE_SECONDS = 30.0
A_WHILE_SECONDS = 0.5  # How long nothing must happen.
REQUEST_BYTES_MAX = 1_100_000
STOP_SECONDS_MAX = 10.0
TOPIC = "limits"


def is_served(connection):
    return connection.call(api_versions_request()) is not None


class ConnectionLimits(unittest.TestCase):
    def setUp(self):
        self.closing = contextlib.ExitStack()
        self.addCleanup(self.closing.close)

    def start(self, **settings):
        folder = self.closing.enter_context(tempfile.TemporaryDirectory(prefix="limits-"))
        settings = {key.replace("_", "."): value for key, value in settings.items()}
        self.broker = Broker(folder, settings=settings)
        self.closing.callback(self.broker.kill)
        self.address = self.broker.start()

    def connect(self, timeout=PATIENCE_SECONDS):
        return self.closing.enter_context(RawConnection(self.address, timeout))

    def connect_when_there_is_room(self):
        """One that closed a moment ago may still be counted."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_served(connection := self.connect()):
            self.assertLess(time.monotonic(), deadline, "no connection is served")
        return connection

    def create_topic(self):
        with RawConnection(self.address, PATIENCE_SECONDS) as connection:
            self.assertEqual(kafka.create_topic(connection, TOPIC, partitions=4), 0)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while kafka.produce(connection, TOPIC, 3, record_batch([b"first"], NOW)).error != 0:
                self.assertLess(time.monotonic(), deadline)

    def test_one_connection_too_many_waits_until_another_closes(self):
        self.start(max_connections=3)
        others = [self.connect() for _ in range(3)]
        self.assertTrue(all(is_served(connection) for connection in others))
        late = self.connect()
        late.send(api_versions_request())
        self.assertEqual(select.select([late.socket], [], [], A_WHILE_SECONDS)[0], [], "served, or closed")
        others[0].socket.close()
        self.assertIsNotNone(late.receive())
        self.assertTrue(is_served(others[1]))

    def test_one_connection_too_many_from_an_address_is_closed_at_once(self):
        self.start(max_connections_per_ip=2)
        others = [self.connect_when_there_is_room() for _ in range(2)]
        with RawConnection(self.address, PATIENCE_SECONDS) as late:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.assertIsNone(late.call(api_versions_request()))
        self.assertTrue(all(is_served(connection) for connection in others))
        others[0].socket.close()
        self.connect_when_there_is_room()

    def test_an_address_may_have_a_limit_of_its_own(self):
        self.start(max_connections_per_ip=1, max_connections_per_ip_overrides="127.0.0.1:3")
        for _ in range(3):
            self.connect_when_there_is_room()
        late = self.connect()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.assertIsNone(late.call(api_versions_request()))

    @unittest.skipUnless(default_kind() == "muir", "Apache Kafka averages over ten seconds")
    def test_connections_come_no_faster_than_they_may(self):
        self.start(max_connection_creation_rate=5)
        began = time.monotonic()
        for _ in range(12):  # At best five at the end of a second, five in the next, and two in the one behind it.
            self.assertTrue(is_served(self.connect()))
        self.assertGreater(time.monotonic() - began, 1.0)

    def test_an_idle_connection_is_closed_and_an_active_one_is_not(self):
        self.start(connections_max_idle_ms=1000)
        active = self.connect()
        opened = time.monotonic()
        idle = self.connect()
        self.assertTrue(is_served(idle))
        while not select.select([idle.socket], [], [], 0.1)[0]:
            self.assertTrue(is_served(active))
            self.assertLess(time.monotonic() - opened, PATIENCE_SECONDS, "it still idles")
        self.assertGreaterEqual(time.monotonic() - opened, 1.0)
        self.assertIsNone(idle.receive())
        self.assertTrue(is_served(active))

    def start_with_a_small_budget(self):
        self.start(socket_request_max_bytes=REQUEST_BYTES_MAX, queued_max_request_bytes=REQUEST_BYTES_MAX,
                   muir_shards=2)
        self.create_topic()

    def test_a_request_may_have_its_largest_size_and_not_a_byte_more(self):
        self.start(socket_request_max_bytes=REQUEST_BYTES_MAX)
        request = api_versions_request()  # Bytes behind a request are ignored.
        self.assertIsNotNone(self.connect().call(request + bytes(REQUEST_BYTES_MAX - len(request))))
        late = self.connect()
        late.send_raw(struct.pack(">i", REQUEST_BYTES_MAX + 1))
        self.assertIsNone(late.receive())

    def test_many_slow_and_large_requests_share_a_small_budget_and_all_succeed(self):
        self.start_with_a_small_budget()
        records = record_batch([bytes(1_000_000)], NOW)
        errors = []

        def produce_slowly(partition):
            with RawConnection(self.address, PATIENCE_SECONDS * 2) as connection:
                frame = kafka.produce_request(TOPIC, partition, records)
                frame = struct.pack(">i", len(frame)) + frame
                for at in range(0, len(frame), 50_000):
                    connection.send_raw(frame[at:at + 50_000])
                    time.sleep(0.002)  # Slower than it could be read, so that many are under way at once.
                answer = connection.receive()
                errors.append(answer and kafka.produced(answer).error)

        threads = [threading.Thread(target=produce_slowly, args=(number % 4,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [0] * len(threads))
        ends = [kafka.offset_at(self.connect(), TOPIC, partition, kafka.LATEST)[1] for partition in range(4)]
        self.assertGreaterEqual(sum(ends), len(threads) + 1)

    def test_connections_that_wait_for_the_budget_do_not_hold_up_a_stop(self):
        self.start_with_a_small_budget()
        for _ in range(8):
            self.connect().send_raw(struct.pack(">i", 1_000_000) + bytes(10))
        self.assertEqual(select.select([self.connect().socket], [], [], A_WHILE_SECONDS)[0], [])
        began = time.monotonic()
        self.broker.stop()
        self.assertLess(time.monotonic() - began, STOP_SECONDS_MAX)


if __name__ == "__main__":
    unittest.main()
