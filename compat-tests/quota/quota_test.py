#!/usr/bin/env python3
"""quota_test.py [SECONDS] [unittest arguments]: clients measured against their quotas, by clients that do not wait when
they are told to.  Without SECONDS a short form with three quota windows; 30 is the long one, with Kafka's eleven.

BROKER_KIND=kafka runs all of it against Apache Kafka, but for the processor time, of which Kafka counts another kind.
"""

import contextlib
import os
import pathlib
import struct
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
sys.path.insert(0, str(HERE.parent / "security"))

import kafka_messages as kafka  # noqa: E402
from broker_process import default_kind  # noqa: E402
from logins import JAVA, run  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402
from raw_login import authenticate, handshake, plain  # noqa: E402
from record_batch import record_batch  # noqa: E402
from secured_broker import PASSWORD, SecuredBroker  # noqa: E402

LONG = len(sys.argv) > 1 and sys.argv[1].isdigit()
SECONDS = int(sys.argv.pop(1)) if LONG else 12  # A multiple of the windows: Kafka's rule swings with them.
WINDOWS = 11 if LONG else 3
WARM_UP_SECONDS = WINDOWS + 2
BYTES_A_SECOND = 400_000
BATCH_BYTES = 10_000
EAGERNESS = 1.5  # How much more than the quota clients would like.  Faster ones, in Kafka too, come in bursts.
BYTES_TOLERANCE = 0.10
TIME_TOLERANCE = 0.20
IDLE_MAX = 0.005  # Of a processor.
CLIENTS = 4
PATIENCE_SECONDS = 60.0
TOPIC = "measured"
NOW = int(time.time() * 1000)
BATCH = record_batch([os.urandom(BATCH_BYTES)], NOW)
MUTED_MS_MAX = PATIENCE_SECONDS * 1000


class Client(threading.Thread):
    """One connection that asks again as soon as its pace allows, whatever throttle_time_ms says."""

    def __init__(self, connect, client_id, request, bytes_of, pace):
        super().__init__(daemon=True)
        self.connect, self.client_id, self.request, self.bytes_of, self.pace = connect, client_id, request, bytes_of, pace
        self.moved = []  # (when, bytes)
        self.throttled = 0
        self.ending = threading.Event()
        self.failure = None

    def run(self):
        try:
            with self.connect() as connection:
                while not self.ending.wait(self.pace):
                    request = self.request(self.client_id)
                    answer = connection.call(request)
                    moved, throttle_ms = self.bytes_of(request, answer)
                    self.moved.append((time.monotonic(), moved))
                    self.throttled += throttle_ms > 0
        except Exception as failure:  # pylint: disable=broad-except
            if not self.ending.is_set():
                self.failure = failure


def produce(client_id):
    body = struct.pack(">hhii", -1, 1, 30000, 1) + kafka.string(TOPIC)
    body += struct.pack(">iii", 1, 0, len(BATCH)) + BATCH
    return request_header(kafka.PRODUCE, kafka.PRODUCE_VERSION, 7, client_id) + body


def produced(request, answer):
    return len(request), struct.unpack(">i", answer[-4:])[0]


def fetch(client_id):
    body = struct.pack(">iiiibi", -1, 100, 1, 100 << 20, 0, 1) + kafka.string(TOPIC)
    body += struct.pack(">iiqi", 1, 0, 0, BATCH_BYTES // 2)  # One batch, as it is never cut.
    return request_header(kafka.FETCH, kafka.FETCH_VERSION, 11, client_id) + body


def fetched(_, answer):
    return len(answer) - 4, struct.unpack(">i", answer[4:8])[0]


def metadata(client_id):
    return request_header(kafka.METADATA, 3, 9, client_id) + struct.pack(">i", -1)


def described(_, answer):
    return len(answer), struct.unpack(">i", answer[4:8])[0]


class Quotas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="quotas-")
        settings = {"quota.window.num": WINDOWS, "controller.quota.window.num": WINDOWS}
        if default_kind() == "muir":
            settings["muir.shards"] = 3
        cls.broker = SecuredBroker(pathlib.Path(cls.folder.name) / "broker", settings=settings)
        cls.broker.start()
        with cls.plain_connection() as connection:
            assert kafka.create_topic(connection, TOPIC, 1) == 0
            deadline = time.monotonic() + PATIENCE_SECONDS
            while kafka.produce(connection, TOPIC, 0, BATCH).error != 0:
                assert time.monotonic() < deadline

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.folder.cleanup()

    @classmethod
    def plain_connection(cls):
        return RawConnection(cls.broker.address, PATIENCE_SECONDS)

    @classmethod
    @contextlib.contextmanager
    def alices_connection(cls):
        with RawConnection(cls.broker.sasl_address, PATIENCE_SECONDS) as connection:
            assert handshake(connection, "PLAIN")[0] == 0
            assert authenticate(connection, plain("alice", PASSWORD))[0] == 0
            yield connection

    def configs(self, *arguments):
        return run(JAVA, "-J-Dlog.level=off", "kafka.admin.ConfigCommand", "--bootstrap-server", self.broker.address,
                   *arguments)

    def set_quota(self, quota, *entity):
        self.configs("--alter", "--add-config", quota, *entity)
        self.addCleanup(self.configs, "--alter", "--delete-config", quota.split("=")[0], *entity)

    def start(self, connect, client_id, request, bytes_of, quota, clients=CLIENTS):
        """Clients that together would like EAGERNESS times the quota."""
        pace = clients * BATCH_BYTES / (EAGERNESS * quota) if quota else 0
        started = [Client(connect, client_id, request, bytes_of, pace) for _ in range(clients)]
        for client in started:
            client.start()
            self.addCleanup(self.end, client)
        return started

    def end(self, client):
        client.ending.set()
        client.join(PATIENCE_SECONDS)
        self.assertIsNone(client.failure)

    def expect_rate(self, what, clients, quota, began):
        until = began + SECONDS
        rate = sum(size for client in clients for when, size in client.moved if began <= when < until) / SECONDS
        print(f"{what}: {rate:.0f} bytes a second of {quota}, {rate / quota:.3f}")
        self.assertTrue(all(client.throttled for client in clients), f"{what}: a client was never told to wait")
        self.assertAlmostEqual(rate / quota, 1, delta=BYTES_TOLERANCE, msg=what)

    def test_bytes_of_users_client_ids_and_defaults(self):
        self.set_quota(f"producer_byte_rate={BYTES_A_SECOND}", "--entity-type", "users", "--entity-name", "alice")
        self.set_quota(f"consumer_byte_rate={BYTES_A_SECOND}", "--entity-type", "clients", "--entity-name", "reader")
        self.set_quota(f"producer_byte_rate={BYTES_A_SECOND // 2}", "--entity-type", "clients", "--entity-default")
        measured = {
            "produce, a user over all client ids": (
                self.start(self.alices_connection, "one", produce, produced, BYTES_A_SECOND / 2, 2)
                + self.start(self.alices_connection, "two", produce, produced, BYTES_A_SECOND / 2, 2), BYTES_A_SECOND),
            "fetch, a client id": (
                self.start(self.plain_connection, "reader", fetch, fetched, BYTES_A_SECOND), BYTES_A_SECOND),
            "produce, the default of client ids": (
                self.start(self.plain_connection, "any", produce, produced, BYTES_A_SECOND / 2), BYTES_A_SECOND / 2),
            "produce, another of that default": (
                self.start(self.plain_connection, "other", produce, produced, BYTES_A_SECOND / 2), BYTES_A_SECOND / 2),
        }
        time.sleep(WARM_UP_SECONDS)
        began = time.monotonic()
        time.sleep(SECONDS)
        for what, (clients, quota) in measured.items():
            with self.subTest(what):
                self.expect_rate(what, clients, quota, began)

    def processor_seconds(self):
        with open(f"/proc/{self.broker.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def spent_in(self, seconds):
        before, began = self.processor_seconds(), time.monotonic()
        time.sleep(seconds)
        return (self.processor_seconds() - before) / (time.monotonic() - began)

    @unittest.skipUnless(default_kind() == "muir", "Apache Kafka counts the time of the wall")
    def test_processor_time(self):
        percentage = 5
        with self.plain_connection() as connection:
            self.assertEqual(kafka.create_topic(connection, "described", 1000), 0)  # Work for each request.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (idle := self.spent_in(3)) > IDLE_MAX:  # It still opens partitions.
            self.assertLess(time.monotonic(), deadline, f"busy without clients: {idle}")
        self.set_quota(f"request_percentage={percentage}", "--entity-type", "clients", "--entity-name", "curious")
        clients = self.start(self.plain_connection, "curious", metadata, described, None)
        time.sleep(WARM_UP_SECONDS)
        spent = 100 * (self.spent_in(SECONDS) - idle)
        requests = sum(len(client.moved) for client in clients)
        print(f"request_percentage: {spent:.2f} of {percentage}; {requests} requests; without clients {100 * idle:.2f}")
        self.assertTrue(all(client.throttled for client in clients))
        self.assertAlmostEqual(spent / percentage, 1, delta=TIME_TOLERANCE)

    def test_a_quota_may_come_change_and_go(self):
        entity = ["--entity-type", "users", "--entity-name", "alice", "--entity-type", "clients", "--entity-name", "moody"]
        with self.alices_connection() as connection:
            def throttle_ms():
                request = produce("moody")
                return produced(request, connection.call(request))[1]
            self.assertEqual(throttle_ms(), 0)
            self.configs("--alter", "--add-config", "producer_byte_rate=8000", *entity)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while (throttle := throttle_ms()) == 0:
                self.assertLess(time.monotonic(), deadline)
            self.assertLess(throttle, MUTED_MS_MAX)
            told = time.monotonic()
            throttle_ms()
            self.assertGreaterEqual(time.monotonic() - told, throttle / 1000 - 0.05, "answered while it was muted")
            self.configs("--alter", "--delete-config", "producer_byte_rate", *entity)
            throttle_ms()  # Perhaps muted once more.
            self.assertEqual([throttle_ms() for _ in range(20)], [0] * 20)

    def test_a_quota_is_kept_over_a_restart(self):
        self.set_quota("producer_byte_rate=5000", "--entity-type", "clients", "--entity-name", "kept")
        self.broker.stop()
        self.broker.start()
        with self.plain_connection() as connection:
            said = []
            for _ in range(10):
                request = produce("kept")
                said.append(produced(request, connection.call(request))[1])
                if said[-1] > 0:
                    break
            self.assertGreater(said[-1], 0)

    def test_a_throttled_fetch_is_empty(self):
        self.set_quota("consumer_byte_rate=4000", "--entity-type", "clients", "--entity-name", "hungry")
        with self.plain_connection() as connection:
            for _ in range(20):
                answer = connection.call(fetch("hungry"))
                size, throttle_ms = fetched(None, answer)
                if throttle_ms > 0:
                    break
                self.assertGreater(size, BATCH_BYTES)
            self.assertGreater(throttle_ms, 0)
            self.assertEqual(struct.unpack(">i", answer[8:12])[0], 0, "topics in a throttled answer")

    @unittest.skipUnless(default_kind() == "muir", "Apache Kafka shows them by JMX")
    def test_metrics_are_in_the_log(self):
        logger = ["--entity-type", "broker-loggers", "--entity-name", "1"]
        self.configs("--alter", "--add-config", "server.throttling=DEBUG", *logger)
        self.addCleanup(self.configs, "--alter", "--delete-config", "server.throttling", *logger)
        self.set_quota("producer_byte_rate=9000", "--entity-type", "clients", "--entity-name", "logged")
        with self.plain_connection() as connection:
            request = produce("logged")
            while produced(request, connection.call(request))[1] == 0:
                pass
        lines = [line for line in self.broker.log.read_text().splitlines() if "client_id=logged" in line]
        self.assertTrue(lines)
        for part in ("quota=Produce", "bound=9000", "byte-rate=", "throttle-time="):
            self.assertIn(part, lines[-1])

    def test_connections_of_an_address(self):
        rate = 5
        self.set_quota(f"connection_creation_rate={rate}", "--entity-type", "ips", "--entity-name", "127.0.0.1")
        self.addCleanup(time.sleep, 1)  # Who is held now would be missed by the next test.
        served, began = 0, time.monotonic()
        longest = 0.0
        while (now := time.monotonic()) - began < SECONDS:
            try:
                with self.plain_connection() as connection:
                    if connection.call(request_header(18, 0, 1)) is not None:
                        served += 1
                    else:
                        longest = max(longest, time.monotonic() - now)
            except OSError:
                pass
        print(f"connections: {served} in {SECONDS} s at {rate} a second, the longest refused after {longest:.2f} s")
        self.assertLessEqual(served, rate * (SECONDS + WINDOWS) + 1)
        self.assertGreaterEqual(served, rate * SECONDS * 0.7)
        self.assertGreater(longest, 0.01, "nobody was held up")
        self.assertLess(longest, 5)


if __name__ == "__main__":
    unittest.main()
