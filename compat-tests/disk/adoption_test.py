#!/usr/bin/env python3
"""Directories of earlier releases of Apache Kafka, taken over by the broker under test.

  adoption_test.py [RELEASE...]     those of compat-tests/disk/releases, and 4.3; all without one

A release writes topics of every codec, idempotent and transactional records and group offsets, and is stopped, or
killed.  The broker under test must serve the same from what it left, know the producers, and take more; then the old
release starts on that again: whatever was written to the metadata log must be of a level that it knows.
"""

import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, default_kind  # noqa: E402
from remote import Remote  # noqa: E402
from swap_test import CODECS, IdempotentProducer, compare  # noqa: E402

RELEASES = pathlib.Path(__file__).resolve().parent / "releases"
CURRENT = "4.3"  # Whose jars all other tests use.
SETTINGS = {"group.initial.rebalance.delay.ms": "0", "offsets.topic.num.partitions": "5",
            "transaction.state.log.num.partitions": "2", "metadata.log.max.record.bytes.between.snapshots": "5000"}
GROUP = "readers"


class Directory:
    """One directory and who is on it."""

    def __init__(self, remote, folder):
        self.remote, self.folder = remote, folder
        self.producer = IdempotentProducer()
        self.dumps = 0

    def broker(self, kind):
        return Broker(self.folder / "broker", kind, SETTINGS)

    def dump(self, address):
        self.dumps += 1
        file = self.folder / f"{self.dumps}.dump"
        self.remote.ask("dump", address, file)
        return file

    def write_first(self, address):
        for codec in CODECS:
            self.remote.ask("topic", address, f"codec-{codec}", 2)
            self.remote.ask("write", address, f"codec-{codec}", 2, 120, 7, f"compression.type={codec}")
        self.remote.ask("topic", address, "idempotent", 1)
        self.remote.ask("topic", address, "rolling", 1, "segment.bytes=1048576", "retention.ms=999999999")
        self.remote.ask("write", address, "rolling", 1, 9000, 8)
        self.remote.ask("truncate", address, "rolling", 100)
        self.remote.ask("topic", address, "transactions", 2)
        self.remote.ask("transactions", address, "transactions", 2, 6, 9)
        self.remote.ask("topic", address, "deleted", 1)
        self.remote.ask("delete", address, "deleted")
        self.remote.ask("commit", address, GROUP, "codec-none", 2, 30)
        self.producer.check(address)

    def write_more(self, address, name):
        """What changes metadata of every kind that a topic needs, and adds records to what was there."""
        self.remote.ask("topic", address, name, 3, "retention.ms=123456789")
        self.remote.ask("write", address, name, 3, 60, 10)
        self.remote.ask("grow", address, name, 4)
        self.remote.ask("write", address, "codec-zstd", 2, 60, 11, "compression.type=lz4")
        self.remote.ask("commit", address, GROUP, "codec-none", 2, 40)
        self.producer.check(address)
        self.remote.ask("topic", address, f"{name}-deleted", 1)
        self.remote.ask("delete", address, f"{name}-deleted")


def start(directory, kind, before, what):
    """Starts `kind` on the directory; it must serve what `before` says."""
    began = time.monotonic()
    broker = directory.broker(kind)
    try:
        address = broker.start()
        lines = compare(before, directory.dump(address), what)
    except BaseException:
        print(f"-- the end of {kind}'s log\n{broker.log_tail()}")
        broker.kill()
        raise
    print(f"ok      {what}: {lines} lines the same ({time.monotonic() - began:.1f} s)", flush=True)
    return broker, address


def adopt(remote, folder, release):
    directory = Directory(remote, folder)
    old, ours = "kafka" if release == CURRENT else f"kafka-{release}", default_kind()
    broker = directory.broker(old)
    address = broker.start()
    try:
        directory.write_first(address)
        written = directory.dump(address)
        shutil.copytree(broker.data, folder / "killed")  # What kill -9 at this moment would leave: nobody writes.
        broker.stop()
    except BaseException:
        broker.kill()
        raise

    broker, address = start(directory, ours, written, f"{ours} on what a stopped {old} left")
    directory.write_more(address, "taken-over")
    served = directory.dump(address)
    broker.stop()
    remote.ask("files", broker.data, "indexes")
    broker, address = start(directory, old, served, f"{old} on what {ours} left")
    broker.stop()

    shutil.rmtree(broker.data)
    shutil.copytree(folder / "killed", broker.data)
    broker, address = start(directory, ours, written, f"{ours} on what a killed {old} left")
    remote.ask("write", address, "codec-none", 2, 60, 12)
    broker.stop()
    remote.ask("files", broker.data, "indexes")


def main(releases):
    for release in releases or [*sorted(path.name for path in RELEASES.iterdir()), CURRENT]:
        with tempfile.TemporaryDirectory(prefix=f"adoption-{release}-") as folder, Remote() as remote:
            adopt(remote, pathlib.Path(folder), release)


if __name__ == "__main__":
    main(sys.argv[1:])
