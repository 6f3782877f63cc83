#!/usr/bin/env python3
"""injected_errors_test.py LOAD [ROUNDS]: system calls of the broker fail while it is under load, each kind once or ROUNDS
times.

strace lets chosen calls on chosen files fail.  After an error that says that nothing was written (no space) the broker goes
on, and producers try again; after one that leaves unknown what is on the disk it gives the directory up, and, as it is the
only one, stops.  Started again it has every record that it had acknowledged.  A round in which no call was made to fail
has shown nothing, and is a failure.
"""

import os
import pathlib
import random
import re
import subprocess
import shutil
import sys
import tempfile
import time
import typing

from loaded_broker import PROGRESS_SECONDS_MAX, LoadedBroker  # First: it knows where the others are.
from broker_process import die_with_parent, wait_for_end
from kafka_messages import create_topic
from raw_connection import RawConnection

SKIPPED = 77
RECORDS = 300  # What is acknowledged before and after.
SYNC_ALL = {"log.flush.interval.messages": "1"}
SMALL_SEGMENTS = {"log.roll.ms": "300"}
GOES_ON, STOPS = "goes on", "stops"
NOT_CONTROLLER, REQUEST_TIMED_OUT = 41, 7
RETRIABLE = {NOT_CONTROLLER, REQUEST_TIMED_OUT, 56}


class Fault(typing.NamedTuple):
    """`calls`: what strace is to inject, with {} for the number of the first call that fails."""
    name: str
    calls: tuple
    outcome: str
    files: str = "under-load-*/*.log"  # In the log directory; none: whatever the calls are about.
    settings: dict = {}


FAULTS = (
    Fault("no room for an append", ("pwritev:error=ENOSPC:when={}..{last}",), GOES_ON),
    Fault("quota exceeded by an append", ("pwritev:error=EDQUOT:when={}..{last}",), GOES_ON),
    Fault("no room for whatever opens a file", ("openat:error=ENOSPC:when={}..{last}",), GOES_ON, "", SMALL_SEGMENTS),
    Fault("no room for a new name", ("rename:error=ENOSPC:when={}..{last}",), GOES_ON, "", SMALL_SEGMENTS),
    Fault("no room in the metadata log", ("pwritev:error=ENOSPC:when=1..8",), GOES_ON, "__cluster_metadata-0/*.log"),
    Fault("an append fails", ("pwritev:error=EIO:when={}",), STOPS),
    Fault("a sync fails", ("fdatasync:error=EIO:when={}",), STOPS, settings=SYNC_ALL),
    Fault("a sync finds no room", ("fdatasync:error=ENOSPC:when={}",), STOPS, settings=SYNC_ALL),
    Fault("what was refused cannot be undone", ("pwritev:error=ENOSPC:when={}..{last}", "ftruncate:error=EIO"), STOPS),
    Fault("a directory's sync fails", ("fsync:error=EIO:when={}",), STOPS, "", SMALL_SEGMENTS),
    Fault("a file cannot be opened", ("openat:error=EIO:when={}",), STOPS, "", SMALL_SEGMENTS),
    Fault("a sync of the metadata log fails", ("fdatasync:error=EIO:when=1",), STOPS, "__cluster_metadata-0/*.log"),
)


class Injection:
    """strace on a running process, until the `with` block ends."""

    def __init__(self, pid, calls, files, report):
        self.report = report
        command = ["strace", "-f", "-qq", "-o", str(report), "-p", str(pid)]
        command += ["-e", "trace=" + ",".join(call.split(":")[0] for call in calls)]
        for call in calls:
            command += ["-e", "inject=" + call]
        for file in files:
            command += ["-P", str(file)]
        self.pid = pid
        self.process = subprocess.Popen(command, preexec_fn=die_with_parent, stderr=subprocess.DEVNULL)

    def __enter__(self):
        deadline = time.monotonic() + 30
        while self._untraced():
            assert self.process.poll() is None, f"strace ended with {self.process.returncode}"
            assert time.monotonic() < deadline, "strace did not attach in 30 s"
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)

    def _untraced(self):
        threads = pathlib.Path(f"/proc/{self.pid}/task").glob("*/status")
        return any("TracerPid:\t0" in thread.read_text() for thread in threads)

    def count(self):
        return len(re.findall(r"\(INJECTED\)", self.report.read_text()))

    def wait_for_fault(self):
        deadline = time.monotonic() + PROGRESS_SECONDS_MAX
        while self.count() == 0:
            assert time.monotonic() < deadline, "no call was made to fail"
            time.sleep(0.02)


def ask_for_topic(address, name):
    """The error code of CreateTopics; None where the connection ends instead."""
    try:
        with RawConnection(address, timeout=60) as connection:
            return create_topic(connection, name)
    except (OSError, TypeError):
        return None


def go_on(loaded, fault, injection):
    pid = loaded.broker.process.pid
    if "metadata" in fault.name:
        error = ask_for_topic(loaded.broker.address, "while-full")
        assert error in RETRIABLE | {0}, f"CreateTopics: error {error}"
    injection.wait_for_fault()
    loaded.wait_for_records(RECORDS)  # strace still there: the calls after the last that was to fail.
    assert loaded.broker.process.poll() is None and loaded.broker.process.pid == pid, "the broker did not go on"


def stop(loaded, fault, injection):
    if "metadata" in fault.name:
        ask_for_topic(loaded.broker.address, "never")
    injection.wait_for_fault()
    assert wait_for_end(loaded.broker.process.pid, PROGRESS_SECONDS_MAX), "the broker did not stop"


def run(folder, program, fault, chance):
    """How many calls were made to fail."""
    with LoadedBroker(folder, program, fault.settings) as loaded:
        loaded.wait_for_records(RECORDS)
        first = chance.randint(1, 20)
        calls = [call.format(first, last=first + chance.randint(0, 30)) for call in fault.calls]
        files = sorted(loaded.broker.data.glob(fault.files)) if fault.files else []
        with Injection(loaded.broker.process.pid, calls, files, folder / "strace.txt") as injection:
            (go_on if fault.outcome == GOES_ON else stop)(loaded, fault, injection)
        if fault.outcome == STOPS:
            loaded.broker.kill()  # It is gone; that is noted.
            loaded.broker.start()
        if "metadata" in fault.name:
            error = ask_for_topic(loaded.broker.address, "afterwards")
            assert error == 0, f"CreateTopics afterwards: error {error}"
        loaded.wait_for_records(RECORDS)
        loaded.finish_load()
        loaded.broker.stop()
        assert loaded.judge(f"{fault.name} ({', '.join(calls)}), {injection.count()} calls failed, it {fault.outcome}")
    return injection.count()


def main():
    if shutil.which("strace") is None:
        print("skipped: no strace")
        return SKIPPED
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    wanted = os.environ.get("FAULT", "")
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    counts, failures = [], 0
    for fault in [fault for fault in FAULTS if wanted in fault.name] * rounds:
        with tempfile.TemporaryDirectory(prefix="injected-") as folder:
            try:
                counts.append(run(pathlib.Path(folder), sys.argv[1], fault, chance))
            except (AssertionError, RuntimeError) as failure:
                failures += 1
                print(f"FAILED: {fault.name}: {failure}", flush=True)
    print(f"{len(counts)} rounds, {sum(counts)} calls made to fail, {failures} rounds failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
