#!/usr/bin/env python3
"""The broker under test compacts __consumer_offsets, with settings of its cleaner that are changed while it runs.

Groups commit many times over, are deleted, and have offsets that expire.  What a consumer group is told must be the same
before and after, and by Apache Kafka on the same directory, and back.  The cleaner is started with settings under which it
does nothing for hours, and has to obey new ones at once.
"""

import pathlib
import struct
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, default_kind  # noqa: E402
from compaction_test import checkpointed_in, contents_of  # noqa: E402
from kafka_messages import Cursor, string  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402
from remote import Remote  # noqa: E402
from swap_test import compare  # noqa: E402

TOPIC, PARTITIONS, COMMITS = "read", 8, 60
OFFSETS = "__consumer_offsets"
IDLE = {"offsets.topic.num.partitions": "1", "group.initial.rebalance.delay.ms": "0", "log.initial.task.delay.ms": "100",
        "log.cleaner.backoff.ms": "3600000", "log.cleaner.min.cleanable.ratio": "0.99", "offsets.retention.check.interval.ms": "200"}
GROUPS = ("first", "second", "third")
OFFSET_COMMIT, VERSION = 8, 2
NOT_READY = (14, 15, 16)
SECONDS_MAX = 60


def commit(connection, group, offset, partitions=PARTITIONS, retention_ms=-1):
    """Outside of any generation, as tools do it."""
    body = string(group) + struct.pack(">i", -1) + string("") + struct.pack(">qi", retention_ms, 1) + string(TOPIC)
    body += struct.pack(">i", partitions)
    for partition in range(partitions):
        body += struct.pack(">iq", partition, offset + partition) + string("by hand")
    cursor = Cursor(connection.call(request_header(OFFSET_COMMIT, VERSION, 4) + body))
    cursor.take("ii"), cursor.string()
    return [cursor.take("ih")[1] for _ in range(cursor.take("i"))]


def wait_for(broker, what, condition):
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, f"{broker.kind}: not {what} within {SECONDS_MAX} s\n{broker.log_tail()}"
        time.sleep(0.05)


def groups(remote, address, folder, name):
    """A file of all that groups are told."""
    dump = folder / f"{name}.dump"
    remote.ask("dump", address, dump)
    lines = [line for line in dump.read_text().splitlines() if line.startswith("group ") or line.startswith("committed ") and "@" not in line]
    dump.write_text("\n".join(lines))
    return dump


def folder_of(broker):
    return broker.data / f"{OFFSETS}-0"


def active(broker):
    return max(int(path.stem) for path in folder_of(broker).glob("*.log"))


def write(remote, broker):
    """Every group commits again and again; one is deleted, the offsets of another expire at once."""
    remote.ask("topic", broker.address, TOPIC, PARTITIONS)
    remote.ask("commit", broker.address, "member", TOPIC, PARTITIONS, 7)
    remote.ask("alter", broker.address, "topic", OFFSETS, "internal.segment.bytes=10000")
    with RawConnection(broker.address, timeout=30) as connection:
        commits = lambda group, offset, **more: commit(connection, group, offset, **more)  # noqa: E731
        wait_for(broker, "ready", lambda: not set(commits(GROUPS[0], 0)) & set(NOT_READY))
        assert set(commits("fleeting", 5, retention_ms=1)) == {0}
        for number in range(COMMITS):
            for group in (*GROUPS, "deleted"):
                assert set(commits(group, 100 * number)) == {0}, group
        remote.ask("forget", broker.address, "deleted")
        for number in range(COMMITS):
            assert set(commits(GROUPS[0], 100000 + number, partitions=2)) == {0}


def keys_below(broker, offset):
    _, records = contents_of(folder_of(broker))
    return [key for at, key, _ in records if at < offset]


def clean(broker):
    """Until all that was closed when this began is clean; returns how long it took."""
    end, began = active(broker), time.monotonic()
    wait_for(broker, "cleaned", lambda: checkpointed_in(broker.data, OFFSETS) >= end)
    return time.monotonic() - began


def main():
    with tempfile.TemporaryDirectory(prefix="offsets-") as name, Remote() as remote:
        folder = pathlib.Path(name)
        broker = Broker(folder / "broker", default_kind(), IDLE)
        with broker:
            write(remote, broker)
            wait_for(broker, "expired", lambda: "fleeting" not in groups(remote, broker.address, folder, "now").read_text())
            before = groups(remote, broker.address, folder, "before")
            dirty = len(keys_below(broker, active(broker)))
            assert checkpointed_in(broker.data, OFFSETS) == 0, "cleaned by a cleaner that was told to wait"
            remote.ask("alter", broker.address, "broker", "-", "log.cleaner.backoff.ms=100", "log.cleaner.min.cleanable.ratio=0.01")
            took = clean(broker)
            clean_below = checkpointed_in(broker.data, OFFSETS)
            keys = keys_below(broker, clean_below)
            assert len(keys) == len(set(keys)), f"{len(keys)} records of {len(set(keys))} keys are left"
            compare(before, groups(remote, broker.address, folder, "after"), "groups after compaction")
            print(f"ok      {broker.kind} has left {len(keys)} of {dirty} records, up to {clean_below}, in {took:.1f} s", flush=True)
            slow = throttle(remote, broker)
            before = groups(remote, broker.address, folder, "before")
        for kind in ("kafka", default_kind()):
            broker.kind = kind
            with broker:
                lines = compare(before, groups(remote, broker.address, folder, kind), f"groups as {kind} has them")
            print(f"ok      {kind} knows the same {lines} lines of groups and offsets", flush=True)
        print(f"ok      throttled: {slow:.1f} s", flush=True)


def throttle(remote, broker):
    """Below what there is to read and write a second, so that a round takes seconds."""
    remote.ask("alter", broker.address, "broker", "-", "log.cleaner.io.max.bytes.per.second=40000")
    with RawConnection(broker.address, timeout=30) as connection:
        for number in range(COMMITS):
            assert set(commit(connection, GROUPS[1], 200000 + number)) == {0}
    took = clean(broker)
    assert took > 1, f"a throttled round took {took} s"
    remote.ask("alter", broker.address, "broker", "-", "log.cleaner.io.max.bytes.per.second=100000000")
    return took


if __name__ == "__main__":
    main()
