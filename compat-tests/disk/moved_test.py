#!/usr/bin/env python3
"""Muir and Apache Kafka take turns on three log directories, and each moves partitions that the other has moved."""

import pathlib
import sys
import tempfile
import time

COMPAT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(COMPAT / "lib"), str(COMPAT / "fault")]

from kafka_messages import EARLIEST, LATEST, create_topic, offset_at, produce  # noqa: E402
from log_dirs import alter, make_broker, wait_until_in  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from record_batch import record_batch  # noqa: E402

TOPIC, PARTITIONS, BATCHES = "moves-between", 3, 20
MOVE_SECONDS_MAX = 60


def write(connection, batches):
    for partition in range(PARTITIONS):
        for _ in range(batches):
            answer = produce(connection, TOPIC, partition, record_batch([b"x" * 500], int(time.time() * 1000)))
            assert answer.error == 0, answer


def turn(broker, kind, wanted_before, wanted_after, end):
    """One broker's turn: everything is there, more is written, partitions move."""
    broker.kind = kind
    address = broker.start()
    with RawConnection(address, timeout=30) as connection:
        if end == 0:
            assert create_topic(connection, TOPIC, PARTITIONS) == 0
        else:
            wait_until_in(address, wanted_before, 30)
        for partition in range(PARTITIONS):
            deadline = time.monotonic() + 30
            while offset_at(connection, TOPIC, partition, LATEST) != (0, end):
                assert time.monotonic() < deadline, (kind, partition, offset_at(connection, TOPIC, partition, LATEST), end)
                time.sleep(0.1)
            assert offset_at(connection, TOPIC, partition, EARLIEST) == (0, 0)
        write(connection, BATCHES)
        for (topic, partition), directory in wanted_after.items():
            assert alter(connection, directory, topic, partition) == 0
        wait_until_in(address, wanted_after, MOVE_SECONDS_MAX)
        write(connection, 1)
    broker.stop()
    print(f"{kind}: {end} records found, {BATCHES + 1} written, partitions moved", flush=True)
    return end + BATCHES + 1


def main():
    with tempfile.TemporaryDirectory(prefix="moved-") as text:
        folder = pathlib.Path(text)
        directories = [folder / name for name in ("a", "b", "c")]
        broker = make_broker(folder / "broker", directories, kind="muir")
        end, before = 0, {}
        try:
            for number, kind in enumerate(("muir", "kafka", "muir", "kafka")):
                after = {(TOPIC, p): directories[(p + number) % len(directories)] for p in range(PARTITIONS)}
                end = turn(broker, kind, before, after, end)
                before = after
        except BaseException:
            print(f"-- the end of the broker's log\n{broker.log_tail()}")
            broker.kill()
            raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
