#!/usr/bin/env python3
"""power_cut_test.py LOAD [CUTS]: the power fails under load, 3 times or CUTS times, with every append synced; then once
for every five cuts without that.

The broker's data lies on an ext4 of its own.  For a cut the broker is stopped in the middle of what it does, the image is
copied, and the copy, which lacks what was never synced, becomes its disk.  With flush.messages=1 no acknowledged record may
be lost.  Without, only what was written last: what is still there must be the beginning of what was written.
"""

import collections
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

import check_history
from loaded_broker import NOT_READY, PARTITIONS, PROGRESS_SECONDS_MAX, TOPIC, LoadedBroker
from loop_disk import LoopDisk, is_possible
from raw_connection import RawConnection
from record_reader import read_partition

SKIPPED = 77
DISK_MIB = 192
ACKNOWLEDGED_MIN, ACKNOWLEDGED_MAX = 200, 1500  # Between two cuts.
SMALL_SEGMENTS = {"log.roll.ms": "700"}  # That rolls are cut too.
SYNC_ALL = {"log.flush.interval.messages": "1"}


def cut(disk, broker):
    os.kill(broker.process.pid, signal.SIGSTOP)
    disk.cut_power(broker.kill)
    broker.start()


def synced(folder, program, cuts, chance):
    """Nothing acknowledged is lost, and clients go on."""
    (folder / "synced").mkdir()
    with LoopDisk(folder / "synced-disk", DISK_MIB) as disk:
        data = disk.mount_point / "data"
        with LoadedBroker(folder / "synced", program, {**SMALL_SEGMENTS, **SYNC_ALL}, data) as loaded:
            for number in range(cuts):
                loaded.wait_for_records(chance.randint(ACKNOWLEDGED_MIN, ACKNOWLEDGED_MAX))
                cut(disk, loaded.broker)
                loaded.note_ends()
                print(f"power cut {number + 1} times, {loaded.progress.count} records acknowledged", flush=True)
            loaded.wait_for_records(ACKNOWLEDGED_MIN)
            loaded.finish_load()
            loaded.broker.stop()
            return loaded.judge(f"{cuts} power cuts, every append synced")


def unsynced(folder, program, number, chance):
    """The clients die with the broker.  Whatever is left is whole, in order, and was written there."""
    (folder / f"unsynced-{number}").mkdir()
    with LoopDisk(folder / f"unsynced-disk-{number}", DISK_MIB) as disk:
        data = disk.mount_point / "data"
        with LoadedBroker(folder / f"unsynced-{number}", program, SMALL_SEGMENTS, data) as loaded:
            loaded.wait_for_records(chance.randint(ACKNOWLEDGED_MIN, 10 * ACKNOWLEDGED_MAX))
            os.kill(loaded.broker.process.pid, signal.SIGSTOP)
            loaded.load.kill()
            loaded.load.wait()
            disk.cut_power(loaded.broker.kill)
            loaded.broker.start()
            history = check_history.events(loaded.load_history)
            kept, complaints = compare(history, loaded.broker.address)
            loaded.broker.stop()
    acknowledged = sum(event["op"] == "ok" for event in history)
    print(f"power cut without syncs: {kept} of {acknowledged} records kept, {len(complaints)} complaints", flush=True)
    print("\n".join(complaints[:check_history.SHOWN_MAX]), end="\n" if complaints else "", flush=True)
    return not complaints


def compare(history, address):
    """(records that are there, what is wrong with them)"""
    acknowledged, sent = {}, collections.defaultdict(set)
    for event in history:
        if event["op"] == "ok":
            acknowledged[event["partition"], event["offset"]] = event["value"]
        elif event["op"] == "send":
            sent[event["partition"]].add(event["value"])
    kept, complaints = 0, []
    with RawConnection(address, timeout=30) as connection:
        for partition in range(PARTITIONS):
            deadline = time.monotonic() + PROGRESS_SECONDS_MAX
            records, error = read_partition(connection, TOPIC, partition)
            while error in NOT_READY and time.monotonic() < deadline:
                time.sleep(0.02)
                records, error = read_partition(connection, TOPIC, partition)
            if error:
                complaints.append(f"partition {partition}: error {error} at offset {len(records)}")
            for offset, value in records:
                text = value.decode()
                if acknowledged.get((partition, offset), text) != text:
                    complaints.append(f"{partition}@{offset} was {acknowledged[partition, offset]}, is {text}")
                elif text not in sent[partition]:
                    complaints.append(f"{partition}@{offset}: nobody sent {text}")
            kept += len(records)
    return kept, complaints


def main():
    if not is_possible():
        print("skipped: needs root, loop devices and mkfs.ext4")
        return SKIPPED
    cuts = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="power-cut-", dir=in_memory) as name:
        folder = pathlib.Path(name)
        is_right = synced(folder, sys.argv[1], cuts, chance)
        for number in range(max(1, cuts // 5)):
            is_right = unsynced(folder, sys.argv[1], number, chance) and is_right
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
