#!/usr/bin/env python3
"""A disk that is slow holds up whoever waits for it and nobody else: strace delays the syncs of one topic, then the reads of
records that have left the page cache, and other connections are answered meanwhile.  One data shard: they share its thread."""

import fcntl
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import kafka_messages as kafka  # noqa: E402
from broker_process import Broker, default_kind, die_with_parent  # noqa: E402
from raw_connection import RawConnection, api_versions_request, request_header  # noqa: E402
from record_batch import record_batch  # noqa: E402

PATIENCE_SECONDS = 60.0
SYNC_DELAY_MICROSECONDS = 5_000_000
READ_DELAY_MICROSECONDS = 1_000_000  # Of each of some ten.
OTHERS = 20
FETCH, FETCH_VERSION = 1, 4
NOW = int(time.time() * 1000)


class Delay:
    """Each of `calls` on `file` takes `microseconds` longer, until the `with` block ends."""

    def __init__(self, pid, calls, file, microseconds):
        self.pid, self.report = pid, tempfile.NamedTemporaryFile(mode="r", prefix="slow-disk-", encoding="utf-8")
        self.process = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", self.report.name, "-p", str(pid), "-e", "trace=" + calls, "-P", str(file),
             "-e", f"inject={calls}:delay_enter={microseconds}"], preexec_fn=die_with_parent)

    def __enter__(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any("TracerPid:\t0" in thread.read_text() for thread in pathlib.Path(f"/proc/{self.pid}/task").glob("*/status")):
            assert self.process.poll() is None and time.monotonic() < deadline, "strace did not attach"
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)
        self.report.close()

    def count(self):
        return self.report.read().count("\n")


def fetch_request(topic, offset):
    body = struct.pack(">iiiibi", -1, 0, 0, 1 << 20, 0, 1) + kafka.string(topic)
    body += struct.pack(">iiqi", 1, 0, offset, 1 << 20)
    return request_header(FETCH, FETCH_VERSION, 11) + body


def fetch(connection, topic, offset):
    """(error, high watermark)"""
    cursor = kafka.Cursor(connection.call(fetch_request(topic, offset)))
    cursor.take("iii"), cursor.string(), cursor.take("ii")
    return cursor.take("hq")


def received_bytes(connection):
    """What has come and was not read yet."""
    count = bytearray(4)
    fcntl.ioctl(connection.socket, termios.FIONREAD, count)
    return int.from_bytes(count, sys.byteorder)


class SlowDisk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="slow-disk-")
        self.addCleanup(folder.cleanup)
        self.broker = Broker(folder.name, settings={"muir.shards": "1"})
        self.broker.start()
        self.addCleanup(self.broker.kill)
        self.waits, self.other = self.connect(), self.connect()

    def connect(self):
        connection = RawConnection(self.broker.address, timeout=PATIENCE_SECONDS)
        self.addCleanup(connection.socket.close)
        return connection

    def create(self, topic, configs=None):
        self.assertEqual(kafka.create_topic(self.other, topic, 1, configs), 0)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while kafka.produce(self.other, topic, 0, record_batch([b"first"], NOW)).error != 0:
            self.assertLess(time.monotonic(), deadline, "the topic was never ready")

    def serve_others(self):
        """Another client is answered again and again while the first one waits."""
        for _ in range(OTHERS):
            self.assertIsNotNone(self.other.call(api_versions_request()))
            self.assertEqual(kafka.produce(self.other, "fast", 0, record_batch([b"x"], NOW)).error, 0)
            self.assertEqual(fetch(self.other, "fast", 0)[0], 0)

    def test_syncs(self):
        self.create("fast")
        self.create("slow", {"flush.messages": "1"})
        log = next(self.broker.data.glob("slow-0/*.log"))
        calls = "fdatasync" if default_kind() == "muir" else "fsync,fdatasync"
        with Delay(self.broker.process.pid, calls, log, SYNC_DELAY_MICROSECONDS) as delay:
            self.waits.send(kafka.produce_request("slow", 0, record_batch([b"durable"], NOW)))
            self.serve_others()
            self.assertEqual(received_bytes(self.waits), 0, "it is not on the disk yet")
            self.assertEqual(fetch(self.other, "slow", 1)[1], 1, "the high watermark waits as well")
            self.assertEqual(kafka.produced(self.waits.receive()).error, 0)
            self.assertEqual(fetch(self.other, "slow", 1)[1], 2)
            self.assertGreater(delay.count(), 0)

    @unittest.skipIf(default_kind() == "kafka", "Apache Kafka reads in the thread that sends")
    def test_cold_reads(self):
        self.create("fast")
        self.create("cold")
        for _ in range(8):
            self.assertEqual(kafka.produce(self.other, "cold", 0, record_batch([os.urandom(100_000)], NOW)).error, 0)
        log = next(self.broker.data.glob("cold-0/*.log"))
        descriptor = os.open(log, os.O_RDWR)
        self.addCleanup(os.close, descriptor)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        with Delay(self.broker.process.pid, "pread64", log, READ_DELAY_MICROSECONDS) as delay:
            self.waits.send(fetch_request("cold", 0))
            self.serve_others()
            self.assertLess(received_bytes(self.waits), 1000, "no more than what comes before the records")
            self.assertGreater(len(self.waits.receive()), 800_000)
            self.assertGreater(delay.count(), 0)


if __name__ == "__main__":
    unittest.main()
