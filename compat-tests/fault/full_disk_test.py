#!/usr/bin/env python3
"""full_disk_test.py LOAD [TIMES]: the disk is full under load, 3 times or TIMES times, and has space again.

While it is full, producers are refused and readers go on; when it has space again, so do producers, without anybody's
help: it is the same process in the end.  Everything that was ever acknowledged is there.
"""

import os
import pathlib
import sys
import tempfile
import time

from loaded_broker import NOT_READY, PARTITIONS, TOPIC, LoadedBroker  # First: it knows where the others are.
from kafka_messages import create_topic, produce
from loop_disk import MIB, LoopDisk, is_possible
from raw_connection import RawConnection
from record_batch import record_batch
from record_reader import read_partition

SKIPPED = 77
DISK_MIB = 64
RECORDS = 300
KAFKA_STORAGE_ERROR = 56
FULL_SECONDS_MAX = 60


def fill(path):
    """Takes all the space that there is, and goes on taking it while the broker frees some."""
    with open(path, "ab", buffering=0) as file:
        for size in (MIB, 4096, 512, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                pass


def wait_until_refused(loaded, ballast, number):
    """Until the disk is so full that appends to every partition are refused."""
    batch = record_batch([b"full:" + b"0" * 5000], int(time.time() * 1000))
    deadline = time.monotonic() + FULL_SECONDS_MAX
    refused = set()
    with RawConnection(loaded.broker.address, timeout=30) as connection:
        while len(refused) < PARTITIONS:
            assert time.monotonic() < deadline, "the disk does not get full"
            fill(ballast)
            # A partition of its own: what is written here is none of the load's.
            for partition in range(PARTITIONS):
                answer = produce(connection, f"probe-{number}", partition, batch)
                assert answer.error in NOT_READY | {0, KAFKA_STORAGE_ERROR}, f"Produce: error {answer.error}"
                if answer.error == KAFKA_STORAGE_ERROR:
                    refused.add(partition)


def check_reads(loaded):
    with RawConnection(loaded.broker.address, timeout=30) as connection:
        for partition in range(PARTITIONS):
            records, error = read_partition(connection, TOPIC, partition)
            assert error == 0 and records, f"reading partition {partition}: error {error}, {len(records)} records"


def main():
    if not is_possible():
        print("skipped: needs root, loop devices and mkfs.ext4")
        return SKIPPED
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory(prefix="full-disk-") as name:
        folder = pathlib.Path(name)
        with LoopDisk(folder / "small-disk", DISK_MIB) as disk:
            settings = {"log.roll.ms": "1000", "log.flush.offset.checkpoint.interval.ms": "500",
                        "auto.create.topics.enable": "true"}
            with LoadedBroker(folder, sys.argv[1], settings, disk.mount_point / "data", producers=1) as loaded:
                pid = loaded.broker.process.pid
                for number in range(times):
                    loaded.wait_for_records(RECORDS)
                    with RawConnection(loaded.broker.address, timeout=30) as connection:
                        create_topic(connection, f"probe-{number}", PARTITIONS)
                    ballast = disk.mount_point / "ballast"
                    wait_until_refused(loaded, ballast, number)
                    check_reads(loaded)
                    with RawConnection(loaded.broker.address, timeout=60) as connection:
                        error = create_topic(connection, f"while-full-{number}", 1)
                    print(f"full: reads go on, CreateTopics answers {error}", flush=True)
                    ballast.unlink()
                    loaded.wait_for_records(RECORDS)
                    print(f"full and free again {number + 1} times, {loaded.progress.count} records acknowledged", flush=True)
                assert loaded.broker.process.poll() is None and loaded.broker.process.pid == pid
                loaded.finish_load()
                loaded.broker.stop()
                is_right = loaded.judge(f"the disk full {times} times")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
