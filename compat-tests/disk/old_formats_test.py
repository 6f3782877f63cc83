#!/usr/bin/env python3
"""Segments of message formats 0 and 1, in the hands of the broker under test and of Apache Kafka.

Kafka's own classes write them into the directory of a stopped broker.  On copies of it both brokers must serve the same:
to Java's consumer, to librdkafka, to a raw Fetch from every offset and to ListOffsets at every time; recover the same
after a crash, with the last message torn; delete the same by age; and clean the same into batches of format 2.
"""

import hashlib
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, default_kind  # noqa: E402
from compaction_test import checkpointed_in, contents_of, first_difference  # noqa: E402
from kafka_messages import EARLIEST, LATEST, Cursor, fetch, offset_at  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402
from remote import Remote  # noqa: E402
from swap_test import compare  # noqa: E402

BOTH = {"theirs": "kafka", "ours": default_kind()}
SETTINGS = {"log.cleaner.backoff.ms": "100", "log.initial.task.delay.ms": "100", "log.retention.check.interval.ms": "200"}
STILL = {"log.cleaner.enable": "false", "log.retention.check.interval.ms": "100000000"}
SMALL = "internal.segment.bytes=20000", "index.interval.bytes=500", "retention.ms=-1"
ALL_CODECS, CLEANED_CODECS = "none,gzip,snappy,lz4", "none,gzip"
HOUR_MS, BATCHES, WRITTEN = 3_600_000, 25, 200
AGED = {"aged-some": 1, "aged-all": 2}  # How many segments of format 0 were written long ago.
MAX_TIMESTAMP = -3
WAIT_SECONDS_MAX = 60


def listed(connection, topic, timestamp):
    """(error, timestamp, offset, leader epoch) of ListOffsets 7, which knows the largest timestamp (KIP-734)."""
    body = b"\x00" + struct.pack(">ib", -1, 0) + b"\x02" + bytes([len(topic) + 1]) + topic.encode()
    body += b"\x02" + struct.pack(">iiq", 0, -1, timestamp) + b"\x00\x00\x00"
    cursor = Cursor(connection.call(request_header(2, 7, 12) + body))
    cursor.take("i"), cursor.tags(), cursor.take("i"), cursor.uvarint(), cursor.compact_string(), cursor.uvarint()
    cursor.take("i")
    return cursor.take("hqqi")


def formats_of(segment):
    data, at, formats = segment.read_bytes(), 0, set()
    while at < len(data):
        formats.add(data[at + 16])
        at += 12 + struct.unpack_from(">i", data, at + 8)[0]
    return formats


def views(remote, address, folder, name, times):
    """What a broker shows of topic `served`: to a raw connection, to librdkafka, and of all topics to Java."""
    raw, kcat, java = (folder / f"{name}.{view}" for view in ("raw", "kcat", "java"))
    remote.ask("dump", address, java)  # Waits until all partitions have leaders.
    with RawConnection(address, timeout=30) as connection, open(raw, "w", encoding="ascii") as out:
        _, end = offset_at(connection, "served", 0, LATEST)
        for offset in range(end):
            error, high_watermark, data = fetch(connection, "served", 0, offset)
            out.write(f"from {offset}: {error} {high_watermark} {len(data)} {hashlib.sha256(data).hexdigest()}\n")
        for timestamp in (*times, EARLIEST, MAX_TIMESTAMP):
            out.write(f"at {timestamp}: {listed(connection, 'served', timestamp)}\n")
    command = ["kcat", "-b", address, "-C", "-t", "served", "-o", "beginning", "-e", "-q", "-f", "%o %T %k %S\\n"]
    kcat.write_bytes(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout)
    return raw, kcat, java


def compare_views(theirs, ours, what):
    lines = [compare(one, other, f"{what}, {one.suffix[1:]}") for one, other in zip(theirs, ours)]
    assert min(lines) > BATCHES, f"{what}: nearly nothing to compare: {lines}"
    print(f"ok      {what}: {', '.join(map(str, lines))} lines the same", flush=True)


class OldFormats:
    def __init__(self, folder, remote, seed):
        self.folder, self.remote, self.seed = folder, remote, seed
        self.now = int(time.time() * 1000)
        self.times = [self.now - 2 * HOUR_MS + 1000 * step + more for step in range(-2, 700, 3) for more in (0, 1)]

    def copy_of(self, broker, name, kind, settings):
        copied = Broker(self.folder / name, kind, settings)
        shutil.copytree(broker.directory, copied.directory)
        copied.file.write_text(broker.file.read_text().replace(str(broker.directory), str(copied.directory)))
        return copied

    def fill(self):
        """A stopped broker whose topics have nothing but old segments."""
        broker = Broker(self.folder / "filled", BOTH["ours"], STILL)
        with broker:
            for topic in ("served", "torn"):
                self.remote.ask("topic", broker.address, topic, 1, *SMALL)
            for topic in AGED:
                self.remote.ask("topic", broker.address, topic, 1, *SMALL[:2], f"retention.ms={HOUR_MS}")
            self.remote.ask("topic", broker.address, "cleaned", 1, *SMALL, "cleanup.policy=compact",
                            "min.cleanable.dirty.ratio=0.01")
        for topic in ("served", "torn", "cleaned", *AGED):
            directory = broker.data / f"{topic}-0"
            for path in directory.glob("0*"):
                path.unlink()
            self.remote.ask("old", directory, CLEANED_CODECS if topic == "cleaned" else ALL_CODECS, BATCHES, self.seed,
                            self.now - 2 * HOUR_MS)
        return broker

    def serve(self, filled):
        """Both show the same, before and after more is written; returns the directory of one of them, grown."""
        shown = {}
        for who, kind in BOTH.items():
            broker = self.copy_of(filled, f"{who}-serves", kind, STILL)
            with broker:
                shown[who] = views(self.remote, broker.address, self.folder, who, self.times)
                if who == "ours":
                    for topic in ("served", "cleaned", *AGED):
                        self.remote.ask("record", broker.address, self.folder / "acknowledged", topic, 1, WRITTEN, 10, 30, 0)
                    grown_shown = views(self.remote, broker.address, self.folder, "grown", self.times)
            self.remote.ask("files", broker.data, "compacted")
        compare_views(shown["theirs"], shown["ours"], "both on old segments")
        with self.copy_of(broker, "grown-back", "kafka", STILL) as back:
            compare_views(grown_shown, views(self.remote, back.address, self.folder, "back", self.times),
                          f"kafka on what {kind} has added to")
        return broker

    def recover(self, filled):
        """The last message of topic `torn` has lost its end, no index is there, and nobody stopped in order."""
        sizes, shown = {}, {}
        for who, kind in BOTH.items():
            broker = self.copy_of(filled, f"{who}-recovers", kind, STILL)
            (broker.data / ".kafka_cleanshutdown").unlink()
            last = max((broker.data / "torn-0").glob("*.log"))
            os.truncate(last, last.stat().st_size - 3)
            with broker:
                shown[who] = views(self.remote, broker.address, self.folder, f"{who}-recovered", self.times)
            sizes[who] = {path.relative_to(broker.data): path.stat().st_size for path in broker.data.glob("*-0/*.log")
                           if not path.parent.name.startswith("__")}
            self.remote.ask("files", broker.data, "compacted", "indexes")
        assert sizes["theirs"] == sizes["ours"], f"{sizes}"
        compare_views(shown["theirs"], shown["ours"], "both after a crash")

    def age_and_clean(self, grown):
        """Format 0 has no time: there the file's counts.  Cleaned are all but the active segment."""
        cleaned = {}
        for who, kind in BOTH.items():
            broker = self.copy_of(grown, f"{who}-cleans", kind, SETTINGS)
            kept = {topic: self.make_older(broker.data / f"{topic}-0", count) for topic, count in AGED.items()}
            active = max(int(path.stem) for path in (broker.data / "cleaned-0").glob("*.log"))
            broker.start()
            with RawConnection(broker.address, timeout=30) as connection:
                self.wait(broker, "deleted by age", lambda: all(
                    offset_at(connection, topic, 0, EARLIEST) == (0, start) for topic, start in kept.items()))
                self.wait(broker, "cleaned", lambda: checkpointed_in(broker.data, "cleaned") >= active)
            broker.stop()
            self.remote.ask("files", broker.data, "compacted", "indexes")
            cleaned[who] = contents_of(broker.data / "cleaned-0")
        (their_headers, their_records), (our_headers, our_records) = cleaned["theirs"], cleaned["ours"]
        assert our_records == their_records, "records: " + first_difference(our_records, their_records)
        assert our_headers == their_headers, "batches: " + first_difference(our_headers, their_headers)
        print(f"ok      both have deleted up to {kept}, and cleaned up to {active}: {len(our_records)} records are left in "
              f"{len(our_headers)} batches", flush=True)

    def make_older(self, directory, count):
        """The first `count` segments were written long ago; returns what has to be the start of the log then."""
        segments = sorted(directory.glob("*.log"))
        for path in segments[:count]:
            os.utime(path, (self.now / 1000 - 7200,) * 2)
        # Those of format 1 have times of long ago, and go when their turn comes, but for what is new in the last one.
        return int((segments[1] if count == 1 else next(path for path in segments if 2 in formats_of(path))).stem)

    @staticmethod
    def wait(broker, what, condition):
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while not condition():
            assert time.monotonic() < deadline, f"{broker.kind}: not {what} within {WAIT_SECONDS_MAX} s\n{broker.log_tail()}"
            time.sleep(0.05)


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(2**31)
    print(f"seed    {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="old-formats-") as folder, Remote() as remote:
        test = OldFormats(pathlib.Path(folder), remote, seed)
        filled = test.fill()
        grown = test.serve(filled)
        test.recover(filled)
        test.age_and_clean(grown)


if __name__ == "__main__":
    main()
