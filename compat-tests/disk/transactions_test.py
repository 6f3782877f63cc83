#!/usr/bin/env python3
"""Transactions that Apache Kafka wrote, in the hands of the broker under test.

Apache Kafka writes transactions that commit, abort and stay open, over several segments.  Started on a copy of its
directory, the broker under test must show every consumer, of either isolation level, what Apache Kafka shows: Java's,
librdkafka's, and a raw Fetch from every offset, whose lists of aborted transactions are compared entry by entry.  Then
it loses its indexes and has to make the same ones again from the batches.
"""

import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, default_kind  # noqa: E402
from kafka_messages import LATEST, Cursor, offset_at, string  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402
from remote import Remote  # noqa: E402
from swap_test import compare  # noqa: E402

TOPIC, PARTITIONS, ROUNDS = "transactions", 2, 12
SETTINGS = {"group.initial.rebalance.delay.ms": "0", "transaction.state.log.num.partitions": "2"}
# So small that a transaction begins in one segment and ends in another.
SMALL_SEGMENTS = "internal.segment.bytes=6000", "index.interval.bytes=500"
FETCH, FETCH_VERSION = 1, 4
SIZES = (0, 1, 900, 3000, 1 << 20)


def fetch(connection, partition, offset, partition_bytes, isolation):
    """(error, high watermark, last stable offset, aborted transactions or None) of a Fetch that waits for nothing."""
    body = struct.pack(">iiiib", -1, 0, 0, 1 << 20, isolation)
    body += struct.pack(">i", 1) + string(TOPIC) + struct.pack(">iiqi", 1, partition, offset, partition_bytes)
    cursor = Cursor(connection.call(request_header(FETCH, FETCH_VERSION, 3) + body))
    cursor.take("iii"), cursor.string(), cursor.take("i"), cursor.take("i")
    error, high_watermark, last_stable = cursor.take("hqq")
    count = cursor.take("i")
    return error, high_watermark, last_stable, None if count < 0 else [cursor.take("qq") for _ in range(count)]


def fetches(address, file):
    """What every Fetch says beside the records, a line each."""
    with RawConnection(address, timeout=30) as connection, open(file, "w", encoding="ascii") as out:
        for partition in range(PARTITIONS):
            error, end = offset_at(connection, TOPIC, partition, LATEST)
            assert error == 0, f"ListOffsets: {error}"
            for offset in range(end + 2):
                for size in SIZES:
                    for isolation in (0, 1):
                        answer = fetch(connection, partition, offset, size, isolation)
                        out.write(f"{partition} from {offset} size {size} isolation {isolation}: {answer}\n")


def librdkafka(address, file):
    """What librdkafka's consumer is given, by kcat."""
    with open(file, "w", encoding="ascii") as out:
        for isolation in ("read_committed", "read_uncommitted"):
            command = ["kcat", "-b", address, "-C", "-t", TOPIC, "-o", "beginning", "-e", "-q",
                       "-X", f"isolation.level={isolation}", "-f", "%p %o %S\\n"]
            got = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
            lines = sorted(got.splitlines(), key=lambda line: tuple(map(int, line.split())))
            assert lines, f"kcat got nothing with {isolation}"
            out.writelines(f"{isolation} {line}\n" for line in lines)


def look(remote, address, folder, name):
    """All views of one broker, in files that begin with `name`."""
    files = [folder / f"{name}.{view}" for view in ("java", "raw", "librdkafka")]
    remote.ask("dump", address, files[0])
    fetches(address, files[1])
    librdkafka(address, files[2])
    return files


def compare_all(before, after, what):
    lines = [compare(old, new, f"{what}, {new.suffix[1:]}") for old, new in zip(before, after)]
    print(f"ok      {what}: {', '.join(map(str, lines))} lines the same", flush=True)


def indexes(broker):
    """{name: bytes} of every transaction index of the topic; segments without an entry need no file."""
    return {str(path.relative_to(broker.data)): path.read_bytes()
            for path in sorted(broker.data.glob(f"{TOPIC}-*/*.txnindex")) if path.stat().st_size > 0}


def lose_indexes(broker):
    for suffix in ("index", "timeindex", "txnindex", "snapshot"):
        for path in broker.data.glob(f"{TOPIC}-*/*.{suffix}"):
            path.unlink()


def write(remote, folder):
    """Apache Kafka's broker with its story told, still running."""
    broker = Broker(folder / "broker", "kafka", SETTINGS)
    address = broker.start()
    remote.ask("topic", address, TOPIC, PARTITIONS, *SMALL_SEGMENTS)
    remote.ask("transactions", address, TOPIC, PARTITIONS, ROUNDS, 1)
    return broker, address


def take_over(folder, end):
    """The broker under test on a copy of the directory as `end` left it."""
    broker = Broker(folder / "broker", default_kind(), SETTINGS)
    shutil.rmtree(broker.data)
    shutil.copytree(folder / end, broker.data)
    return broker


def main():
    with tempfile.TemporaryDirectory(prefix="transactions-") as name, Remote() as remote:
        folder = pathlib.Path(name)
        theirs, address = write(remote, folder)
        seen = look(remote, address, folder, "kafka")
        shutil.copytree(theirs.data, folder / "killed")  # What kill -9 at this moment would leave: nobody writes.
        theirs.stop()
        shutil.copytree(theirs.data, folder / "stopped")
        written = indexes(theirs)
        assert len(written) > 4, f"too few segments with aborted transactions: {sorted(written)}"

        for end in ("stopped", "killed"):
            ours = take_over(folder, end)
            compare_all(seen, look(remote, ours.start(), folder, end), f"{ours.kind} on what a {end} Kafka left")
            ours.stop()
            assert indexes(ours) == written, f"{end}: the indexes differ: {sorted(indexes(ours))} {sorted(written)}"
            remote.ask("files", ours.data, "indexes")

        lose_indexes(ours)
        compare_all(seen, look(remote, ours.start(), folder, "lost"), f"{ours.kind} without its indexes")
        ours.kill()
        compare_all(seen, look(remote, ours.start(), folder, "again"), f"{ours.kind} after kill -9")
        ours.stop()
        assert indexes(ours) == written, f"what was made again differs: {sorted(indexes(ours))} {sorted(written)}"
        remote.ask("files", ours.data, "indexes")

        back = Broker(folder / "broker", "kafka", SETTINGS)
        compare_all(seen, look(remote, back.start(), folder, "back"), "kafka on what the other left")
        back.stop()


if __name__ == "__main__":
    main()
