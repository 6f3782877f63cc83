#!/usr/bin/env python3
"""Many partitions on few descriptors: created, written, read, restarted cleanly and after kill -9, deleted.

  many_partitions_test.py [PARTITIONS [DESCRIPTORS]]      2000 and 512 if not said; 10000 4096 is the long form

Says what it measured.  The limits are this broker's promises, so that Apache Kafka, which holds a descriptor and two
mappings for each segment, is not asked.
"""

import os
import pathlib
import stat
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import many_partitions as many  # noqa: E402
from broker_process import Broker, muir_program  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from record_batch import record_batch  # noqa: E402

PARTITIONS_A_TOPIC = 100
TOPICS_A_REQUEST = 5
PARTITION_BYTES_MAX = 8 << 10
METADATA_MS_MAX = 2000
PATIENCE_SECONDS = 120.0
SETTINGS = {"log.segment.delete.delay.ms": "100", "offsets.topic.num.partitions": "1"}


def limited(directory, descriptors):
    """A program that runs the broker with so few descriptors, which it cannot raise."""
    program = pathlib.Path(directory) / "muir"
    program.write_text(f"#!/bin/sh\nulimit -n {descriptors} || exit 1\nexec '{muir_program()}' \"$@\"\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def descriptors_of(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) << 10


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Story:
    def __init__(self, directory, partitions, descriptors):
        os.environ["MUIR"] = limited(directory, descriptors)
        self.partitions, self.descriptors = partitions, descriptors
        self.topics = many.topics_of(partitions, PARTITIONS_A_TOPIC)
        self.broker = Broker(pathlib.Path(directory) / "broker", "muir", SETTINGS)
        self.rounds = 0

    def tell(self, what, began):
        pid = self.broker.process.pid
        held = descriptors_of(pid)
        print(f"{what}: {time.monotonic() - began:.2f} s, {processor_seconds(pid):.2f} s of processor in all, "
              f"{held} descriptors, {resident_bytes(pid) >> 10} KiB", flush=True)
        self.expect(held < self.descriptors, f"{held} descriptors are open, of {self.descriptors}")

    @staticmethod
    def expect(holds, otherwise):
        if not holds:
            raise AssertionError(otherwise)

    def connect(self):
        return RawConnection(self.broker.address, PATIENCE_SECONDS)

    def groups(self):
        return many.in_groups(self.topics, TOPICS_A_REQUEST)

    def create(self):
        before = resident_bytes(self.broker.process.pid)
        began = time.monotonic()
        with self.connect() as connection:
            for group in self.groups():
                refused = many.create(connection, group)
                self.expect(not refused, f"not created: {refused}")
            many.wait_until_open(connection, self.topics)
        self.tell("created", began)
        grown = (resident_bytes(self.broker.process.pid) - before) / self.partitions
        print(f"  {grown:.0f} bytes a partition", flush=True)
        self.expect(grown <= PARTITION_BYTES_MAX, f"{grown:.0f} bytes a partition; limit {PARTITION_BYTES_MAX}")

    def value(self, topic, partition, turn):
        return f"{topic}/{partition}/{turn};".encode()

    def write(self):
        began = time.monotonic()
        turn, self.rounds = self.rounds, self.rounds + 1
        now = int(time.time() * 1000)
        with self.connect() as connection:
            for group in self.groups():
                refused = many.produce(connection, group, lambda topic, partition: record_batch(
                    [self.value(topic, partition, turn)], now))
                self.expect(not refused, f"not written: {refused}")
        self.tell("written", began)

    def read(self):
        began = time.monotonic()
        with self.connect() as connection:
            for group in many.in_groups(self.topics, 1):  # An answer holds the files of its records open.
                for (topic, partition), (error, records) in many.fetch(connection, group).items():
                    for turn in range(self.rounds):
                        self.expect(error == 0 and self.value(topic, partition, turn) in records,
                                    f"{topic}-{partition}: error {error}, round {turn} is lost or not read")
        self.tell("read", began)

    def ask_for_all(self):
        with self.connect() as connection:
            took, size = many.metadata_of_all(connection)
        print(f"metadata of all: {took:.0f} ms, {size} bytes", flush=True)
        self.expect(took < METADATA_MS_MAX, f"the metadata took {took:.0f} ms")

    def start_again(self, how):
        began = time.monotonic()
        (self.broker.kill if how == "kill -9" else self.broker.stop)()
        ended = time.monotonic()
        self.broker.start()
        with self.connect() as connection:
            many.wait_until_open(connection, self.topics)
        self.tell(f"started again after {how}, which took {ended - began:.2f} s", ended)

    def delete(self):
        began = time.monotonic()
        with self.connect() as connection:
            for group in self.groups():
                refused = many.delete(connection, group)
                self.expect(not refused, f"not deleted: {refused}")
        self.tell("deleted", began)
        while any(entry.startswith("many-") for entry in os.listdir(self.broker.data)):
            self.expect(time.monotonic() - began < PATIENCE_SECONDS, "directories are left")
            time.sleep(many.POLL_SECONDS)
        self.tell("and gone from the disk", began)

    def run(self):
        with self.broker:
            self.create()
            self.ask_for_all()
            self.write()
            self.read()
            self.start_again("a clean stop")
            self.read()
            self.write()
            self.start_again("kill -9")
            self.read()
            self.write()
            self.delete()


def main():
    numbers = [int(argument) for argument in sys.argv[1:]]
    partitions, descriptors = (numbers + [2000, 512][len(numbers):])[:2]
    with tempfile.TemporaryDirectory(prefix="many-") as directory:
        Story(directory, partitions, descriptors).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
