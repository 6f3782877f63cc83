#!/usr/bin/env python3
"""The broker under test and Apache Kafka take turns on one directory.

Whoever starts must serve exactly what the one before served: topics, their ids and configurations, and every record
with its offset, timestamp, key, value and headers, every group and the offsets that it has committed.  It must remember the last batches of an idempotent producer, and
kafka-dump-log must read every file without a complaint.  Turns end in a clean stop or in kill -9.
"""

import difflib
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, default_kind  # noqa: E402
from kafka_messages import LATEST, init_producer_id, offset_at, produce  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from record_batch import record_batch  # noqa: E402
from remote import Remote  # noqa: E402

OURS, THEIRS = default_kind(), "kafka"
TURNS = [(OURS, "stop"), (THEIRS, "stop"), (OURS, "kill"), (THEIRS, "kill"), (OURS, "kill"), (OURS, "stop"),
         (THEIRS, "stop"), (OURS, "stop")]
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
# Small enough that every turn makes a new snapshot of the metadata.
SETTINGS = {"metadata.log.max.record.bytes.between.snapshots": "1000", "group.initial.rebalance.delay.ms": "0",
            "offsets.topic.num.partitions": "5"}
REMEMBERED_BATCHES = 1  # All that a producer snapshot holds.
OUT_OF_ORDER_SEQUENCE_NUMBER = 45
COORDINATOR_LOAD_IN_PROGRESS = 14


class IdempotentProducer:
    """Its id and sequence numbers live here, over all restarts of the broker."""

    def __init__(self):
        self.identity, self.sequence, self.acknowledged = None, 0, []

    def check(self, address):
        with RawConnection(address, timeout=30) as connection:
            if self.identity is None:
                self.identity = self._initialise(connection)
            self._repeat(connection)
            for _ in range(3):
                answer = self._send(connection, self.sequence)
                assert answer.error == 0, f"sequence {self.sequence}: {answer}"
                self.acknowledged.append((self.sequence, answer.base_offset))
                self.sequence += 1
            answer = self._send(connection, self.sequence + 3)
            assert answer.error == OUT_OF_ORDER_SEQUENCE_NUMBER, f"a gap in the sequence: {answer}"

    @staticmethod
    def _initialise(connection):
        deadline = time.monotonic() + 30
        while True:
            error, producer_id, epoch = init_producer_id(connection)
            if error == 0:
                return producer_id, epoch
            assert error == COORDINATOR_LOAD_IN_PROGRESS and time.monotonic() < deadline, f"InitProducerId: error {error}"

    def _repeat(self, connection):
        """What was acknowledged before is answered with its old offset, and not written again."""
        before = offset_at(connection, "idempotent", 0, LATEST)
        for sequence, offset in self.acknowledged[-REMEMBERED_BATCHES:]:
            answer = self._send(connection, sequence)
            assert (answer.error, answer.base_offset) == (0, offset), f"sequence {sequence} again, was at {offset}: {answer}"
        after = offset_at(connection, "idempotent", 0, LATEST)
        assert before == after, f"repeated batches were written again: {before} {after}"

    def _send(self, connection, sequence):
        batch = record_batch([f"sequence {sequence}".encode()], int(time.time() * 1000), (*self.identity, sequence))
        return produce(connection, "idempotent", 0, batch)


def write_more(remote, address, turn):
    if turn == 0:
        for codec in CODECS:
            remote.ask("topic", address, f"codec-{codec}", 3)
        remote.ask("topic", address, "idempotent", 1)
        remote.ask("topic", address, "rolling", 1, "segment.bytes=1048576", "index.interval.bytes=1000")
        remote.ask("topic", address, "recompressed", 1, "compression.type=zstd")
        remote.ask("topic", address, "appended", 1, "message.timestamp.type=LogAppendTime")
        remote.ask("topic", address, "growing", 1)
    else:
        remote.ask("grow", address, "growing", turn + 1)
        # Where a log starts is checkpointed once a minute, by both: a kill may bring deleted records back.
        if TURNS[turn][1] == "stop":
            remote.ask("truncate", address, "rolling", 1500 * turn)
        remote.ask("delete", address, f"turn-{turn - 1}")
        remote.ask("forget", address, f"group-{turn - 1}")
    remote.ask("topic", address, f"turn-{turn}", 2, f"retention.ms={10 ** 12 + turn}")
    for number, codec in enumerate(CODECS):
        remote.ask("write", address, f"codec-{codec}", 3, 150, 100 * turn + number, f"compression.type={codec}")
    remote.ask("write", address, "rolling", 1, 3000, turn, "linger.ms=5")
    for group in ("readers", f"group-{turn}"):
        remote.ask("commit", address, group, "codec-none", 3, 10 * turn)
    # Goes with its topic in the next turn.
    remote.ask("commit", address, "readers", f"turn-{turn}", 2, turn)
    for topic in ("recompressed", "appended", "growing", f"turn-{turn}"):
        remote.ask("write", address, topic, turn + 1 if topic == "growing" else 1, 50, turn, "compression.type=lz4")


def compare(before, after, what):
    old, new = before.read_text().splitlines(), after.read_text().splitlines()
    if old == new:
        return len(new)
    difference = list(difflib.unified_diff(old, new, "before", "after", lineterm="", n=1))
    raise AssertionError(f"{what}: {len(difference)} lines differ\n" + "\n".join(line[:300] for line in difference[:30]))


def take_turn(remote, folder, producer, turn):
    kind, end = TURNS[turn]
    broker = Broker(folder / "broker", kind, SETTINGS)
    before, now = folder / f"{turn - 1}.dump", folder / f"{turn}.dump"
    began = time.monotonic()
    try:
        address = broker.start()
        lines = 0
        if turn > 0:
            remote.ask("dump", address, folder / "seen.dump")
            lines = compare(before, folder / "seen.dump", f"{kind} on what {TURNS[turn - 1][0]} left")
        write_more(remote, address, turn)
        producer.check(address)
        remote.ask("dump", address, now)
        broker.stop() if end == "stop" else broker.kill()
    except BaseException:
        print(f"-- {kind}, turn {turn}: the end of its log\n{broker.log_tail()}")
        broker.kill()
        raise
    remote.ask("files", broker.data, *(["indexes"] if end == "stop" else []))
    print(f"ok      turn {turn}: {kind} served the same {lines} lines, wrote more, ended by {end} "
          f"({time.monotonic() - began:.1f} s)", flush=True)


def main():
    producer = IdempotentProducer()
    with tempfile.TemporaryDirectory(prefix="swap-") as folder, Remote() as remote:
        for turn in range(len(TURNS)):
            take_turn(remote, pathlib.Path(folder), producer, turn)


if __name__ == "__main__":
    main()
