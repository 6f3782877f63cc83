#!/usr/bin/env python3
"""turns_test.py [TURNS [RECORDS]]: the broker under test and Apache Kafka take turns on two log directories, ten times.

In every turn the broker must first serve what the model says; then it is given more of everything: records of every
codec, transactions that commit, abort and stay open (by Apache Kafka: the other keeps and serves them), compaction,
retention, deleted records, a topic deleted and made again, partitions moved between the directories, group offsets, an
idempotent producer.  Afterwards every file is read by kafka-dump-log and compared with the model: each batch with its
offsets, times, epochs and CRC, producer snapshots, transaction indexes, leader epochs, checkpoints.  Turns end in a clean stop or in kill -9.
"""

import pathlib
import sys
import tempfile
import time

COMPAT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(COMPAT / "lib"), str(COMPAT / "fault")]

from broker_process import default_kind  # noqa: E402
from kafka_messages import EARLIEST, LATEST, offset_at  # noqa: E402
from log_dirs import alter, make_broker, wait_until_in  # noqa: E402
from log_state import checkpoint  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from remote import Remote  # noqa: E402
from swap_test import IdempotentProducer, compare  # noqa: E402
from turns_model import Model  # noqa: E402

OURS, THEIRS = default_kind(), "kafka"
STORY = [(OURS, "stop"), (THEIRS, "stop"), (OURS, "kill"), (THEIRS, "kill"), (OURS, "stop"), (THEIRS, "kill"), (OURS, "kill"),
         (THEIRS, "stop"), (OURS, "stop"), (THEIRS, "stop")]
SETTINGS = {"group.initial.rebalance.delay.ms": "0", "offsets.topic.num.partitions": "2", "transaction.state.log.num.partitions": "2",
            "metadata.log.max.record.bytes.between.snapshots": "5000", "log.cleaner.backoff.ms": "100",
            "log.retention.check.interval.ms": "200", "log.initial.task.delay.ms": "100",
            # Apache Kafka waits for the session of whoever was killed.
            "broker.session.timeout.ms": "1000", "broker.heartbeat.interval.ms": "200"}
SMALL = "internal.segment.bytes=20000", "index.interval.bytes=500"
CLEANED = *SMALL, "cleanup.policy=compact", "min.cleanable.dirty.ratio=0.01", "delete.retention.ms=1"
SHRUNK_BYTES = 30000
WAIT_SECONDS_MAX = 60
KEYS = 40
HOUR_MS = 3_600_000


def wait_for(what, condition):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, f"not within {WAIT_SECONDS_MAX} s: {what}"
        time.sleep(0.03)


class Turns:
    def __init__(self, folder, remote, records):
        self.folder, self.remote, self.records = folder, remote, records
        self.dirs = [folder / "a", folder / "b"]
        self.model = Model(self.dirs)
        self.acknowledged = folder / "acknowledged"
        self.producer = IdempotentProducer()
        self.broker = make_broker(folder / "broker", self.dirs, settings=SETTINGS)
        self.places = {}
        self.last_dump = None

    def take(self, turn, kind, end):
        began = time.monotonic()
        self.broker.kind = kind
        try:
            self.broker.start()
            served = self.look(f"{turn}-before")
            if turn == 0:
                self.create()
            self.write(turn, kind, end)
            self.look(f"{turn}-after")
            self.broker.stop() if end == "stop" else self.broker.kill()
            batches = self.look_at_files(f"{turn}.state", end == "stop")
        except BaseException:
            print(f"-- {kind}, turn {turn}: the end of its log\n{self.broker.log_tail()}")
            self.broker.kill()
            raise
        print(f"ok      turn {turn}: {kind} served {served} records, wrote more, ended by {end}; {batches} batches on the disk "
              f"({time.monotonic() - began:.1f} s)", flush=True)

    def look(self, name):
        """What the broker serves must be what the model says, and topics and groups what they were."""
        dump = self.folder / f"{name}.dump"
        self.remote.ask("dump", self.broker.address, dump)
        served = self.model.check_served(dump)
        lines = [line for line in dump.read_text().splitlines() if line.startswith(("topic ", "group ", "committed ")) and "@" not in line]
        dump.with_suffix(".metadata").write_text("\n".join(lines))
        if self.last_dump is not None and name.endswith("before"):
            compare(self.last_dump, dump.with_suffix(".metadata"), "topics and groups")
        self.last_dump = dump.with_suffix(".metadata")
        return served

    def look_at_files(self, name, is_clean):
        for directory in self.dirs:
            self.remote.ask("files", directory, "compacted", *(["indexes"] if is_clean else []))
            self.remote.ask("state", directory, self.folder / name)
        return self.model.check_disk(self.folder / name, is_clean)

    def create(self):
        for topic, partitions, configs in (("plain", 2, SMALL), ("cleaned", 2, CLEANED), ("transactional", 2, SMALL),
                                           ("trimmed", 1, SMALL), ("shrunk", 1, (*SMALL, f"retention.bytes={SHRUNK_BYTES}")),
                                           ("aged", 1, (*SMALL, f"retention.ms={HOUR_MS}")), ("idempotent", 1, ())):
            self.remote.ask("topic", self.broker.address, topic, partitions, *configs)
            for partition in range(partitions):
                log = self.model.log(f"{topic}-{partition}")
                log.is_compacted, log.is_trimmed = topic == "cleaned", topic == "trimmed"
                log.loses_batches_unseen = topic in ("shrunk", "aged")
        del self.model.logs["idempotent-0"]  # Its producer knows better.

    def write(self, turn, kind, end):
        ask, address = self.remote.ask, self.broker.address
        self.make_again(turn)
        for topic, partitions in (("plain", 2), ("cleaned", 2), ("trimmed", 1), ("shrunk", 1), ("reborn", 2)):
            ask("record", address, self.acknowledged, topic, partitions, self.records, 10 * turn, KEYS, 0)
        ask("record", address, self.acknowledged, "aged", 1, self.records, turn, KEYS, 2 * HOUR_MS)
        if kind == THEIRS:
            self.model.take(self.acknowledged)
            self.model.abort_open()
            ask("transact", address, self.acknowledged, "transactional", 2, 4, turn, KEYS, 100 + turn, "open")
            ask("transact", address, self.acknowledged, "cleaned", 2, 3, turn, KEYS, 200 + turn)
        self.producer.check(address)
        for group in ("readers", f"group-{turn}"):
            ask("commit", address, group, "plain", 2, 10 * turn)
        if turn > 0:
            ask("forget", address, f"group-{turn - 1}")
        self.model.take(self.acknowledged)
        self.delete(end)
        self.wait_until_clean()
        self.move(turn)
        ask("record", address, self.acknowledged, "plain", 2, 20, 10 * turn + 1, KEYS, 0)
        ask("record", address, self.acknowledged, "cleaned", 2, 20, 10 * turn + 2, KEYS, 0)
        self.model.take(self.acknowledged)

    def make_again(self, turn):
        if turn > 0:
            self.remote.ask("delete", self.broker.address, "reborn")
            self.model.forget("reborn")
        self.remote.ask("topic", self.broker.address, "reborn", 2 + turn % 2, *SMALL)
        for partition in range(2 + turn % 2):
            self.model.log(f"reborn-{partition}")

    def delete(self, end):
        """Records, on demand and by time and size."""
        with RawConnection(self.broker.address, timeout=30) as connection:
            # Where a log starts is checkpointed once a minute, by both: a kill may bring deleted records back.
            if end == "stop":
                log, (_, last) = self.model.log("trimmed-0"), offset_at(connection, "trimmed", 0, LATEST)
                log.start = (log.start + last) // 2
                self.remote.ask("truncate", self.broker.address, "trimmed", log.start)
            wait_for("aged is empty", lambda: offset_at(connection, "aged", 0, EARLIEST) == offset_at(connection, "aged", 0, LATEST))
        wait_for("shrunk has shrunk", lambda: self.excess() < 0)

    def folder_of(self, partition):
        return next(path for path in (directory / partition for directory in self.dirs) if path.exists())

    def excess(self):
        """How many bytes retention has still to delete: as long as a whole segment, it goes."""
        sizes = [path.stat().st_size for path in sorted(self.folder_of("shrunk-0").glob("*.log"))]
        return sum(sizes) - SHRUNK_BYTES - sizes[0]

    def wait_until_clean(self):
        def is_clean(partition):
            folder = self.folder_of(partition)
            active = max(int(path.stem) for path in folder.glob("*.log"))
            return checkpoint(folder.parent / "cleaner-offset-checkpoint").get(partition, 0) >= active
        for partition in ("cleaned-0", "cleaned-1"):
            wait_for(f"{partition} is clean", lambda one=partition: is_clean(one))

    def move(self, turn):
        wanted = {}
        for topic in ("plain", "cleaned", "transactional"):
            partition = turn % 2
            source = self.folder_of(f"{topic}-{partition}").parent
            wanted[topic, partition] = next(directory for directory in self.dirs if directory != source)
        with RawConnection(self.broker.address, timeout=30) as connection:
            for (topic, partition), directory in wanted.items():
                assert alter(connection, directory, topic, partition) == 0
        self.places.update(wanted)
        wait_until_in(self.broker.address, self.places, WAIT_SECONDS_MAX)

    def last_look(self):
        """By the one that did not have the last turn."""
        self.broker.kind = OURS
        self.broker.start()
        served = self.look("last-before")
        wait_until_in(self.broker.address, self.places, WAIT_SECONDS_MAX)
        self.broker.stop()
        print(f"ok      in the end {OURS} served {served} records", flush=True)


def main(turns=len(STORY), records=300):
    with tempfile.TemporaryDirectory(prefix="turns-") as folder, Remote() as remote:
        story = Turns(pathlib.Path(folder), remote, records)
        for turn in range(turns):
            story.take(turn, *STORY[turn % len(STORY)])
        story.last_look()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
