#!/usr/bin/env python3
"""One of two log directories fails while the broker runs, and is well again after a restart.

The second directory is a file system of its own in an image; an ioctl shuts it down, after which every write to it
fails.  Its partitions go offline and no others; after a restart with a healthy file system they are back with all
that was acknowledged.  Skipped (status 77) where nobody may mount.
"""

import fcntl
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from kafka_messages import EARLIEST, LATEST, create_topic, offset_at, produce  # noqa: E402
from log_dirs import alter, describe, leader_of, make_broker  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from record_batch import record_batch  # noqa: E402

SKIPPED = 77
EXT4_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2
TOPIC, PARTITIONS = "lies-in-two", 6
KAFKA_STORAGE_ERROR, NONE = 56, 0
OFFLINE = {5, 6, KAFKA_STORAGE_ERROR}  # No leader, not the leader any more, or the directory has failed.
SECONDS_MAX = 30


class Image:
    """An ext4 file system in a file."""

    def __init__(self, folder):
        self.file, self.at = folder / "image", folder / "mounted"
        self.at.mkdir()
        with open(self.file, "wb") as file:
            file.truncate(96 << 20)
        subprocess.run(["mkfs.ext4", "-q", self.file], check=True, capture_output=True)

    def mount(self):
        done = subprocess.run(["mount", "-o", "loop", self.file, self.at], capture_output=True, text=True, check=False)
        return done.returncode == 0

    def shut_down(self):
        descriptor = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def unmount(self):
        subprocess.run(["umount", self.at], capture_output=True, check=False)


def until(what, condition):
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, f"not in {SECONDS_MAX} s: {what}"
        time.sleep(0.05)


def places(connection):
    _, replicas = describe(connection)
    return {partition: many[0].directory for (topic, partition), many in replicas.items() if topic == TOPIC}


def write(connection, partition):
    return produce(connection, TOPIC, partition, record_batch([b"value"], int(time.time() * 1000))).error


def check_failure(connection, image, healthy):
    there = {partition for partition, place in places(connection).items() if place == str(image.at / "logs")}
    assert 0 < len(there) < PARTITIONS, there
    for partition in range(PARTITIONS):
        assert write(connection, partition) == NONE
    os.sync()
    image.shut_down()
    until("every partition there refuses", lambda: all(write(connection, p) in OFFLINE for p in there))
    until("the controller knows", lambda: all(leader_of(connection, TOPIC, p) == -1 for p in there))
    for partition in set(range(PARTITIONS)) - there:
        assert write(connection, partition) == NONE, "the other directory's partitions go on"
        assert leader_of(connection, TOPIC, partition) == 1
    errors, _ = describe(connection)
    assert errors == {str(healthy): NONE, str(image.at / "logs"): KAFKA_STORAGE_ERROR}, errors
    assert alter(connection, image.at / "logs", TOPIC, min(set(range(PARTITIONS)) - there)) == KAFKA_STORAGE_ERROR
    assert alter(connection, healthy, TOPIC, min(there)) == KAFKA_STORAGE_ERROR
    return there


def check_recovery(connection, there):
    until("all lead again", lambda: all(leader_of(connection, TOPIC, p) == 1 for p in range(PARTITIONS)))
    for partition in range(PARTITIONS):
        assert offset_at(connection, TOPIC, partition, EARLIEST) == (NONE, 0)
        error, end = offset_at(connection, TOPIC, partition, LATEST)
        assert error == NONE and end >= (1 if partition in there else 2), (partition, end)
        assert write(connection, partition) == NONE


def run(folder, image):
    healthy = folder / "healthy"
    broker = make_broker(folder / "broker", [healthy, image.at / "logs"])
    try:
        address = broker.start()
        with RawConnection(address, timeout=30) as connection:
            assert create_topic(connection, TOPIC, PARTITIONS) == NONE
            until("all are there", lambda: len(places(connection)) == PARTITIONS)
            there = check_failure(connection, image, healthy)
        broker.kill()
        broker.start()  # With the directory still away.
        with RawConnection(address, timeout=30) as connection:
            assert leader_of(connection, TOPIC, min(there)) == -1
            assert write(connection, min(there)) in OFFLINE
        broker.stop()
        image.unmount()
        assert image.mount()
        broker.start()
        with RawConnection(address, timeout=30) as connection:
            check_recovery(connection, there)
        broker.stop()
    except BaseException:
        print(f"-- the end of the broker's log\n{broker.log_tail()}")
        broker.kill()
        raise


def main():
    with tempfile.TemporaryDirectory(prefix="failed-dir-") as text:
        folder = pathlib.Path(text)
        image = Image(folder)
        if not image.mount():
            print("skipped: nobody may mount here")
            return SKIPPED
        try:
            run(folder, image)
        finally:
            image.unmount()
    print("a directory failed alone, and came back")
    return 0


if __name__ == "__main__":
    sys.exit(main())
