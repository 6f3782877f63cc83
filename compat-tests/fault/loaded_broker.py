"""A broker under load: what the fault tests have in common.

The load generator (load.cc) writes and reads all the time and records a history; the test does its harm meanwhile;
judge() has the checker look at all that clients did and saw.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import check_history  # noqa: E402
from broker_process import Broker, die_with_parent  # noqa: E402
from kafka_messages import LATEST, create_topic, offset_at  # noqa: E402
from raw_connection import RawConnection  # noqa: E402

TOPIC, PARTITIONS, PRODUCERS = "under-load", 4, 3
PROGRESS_SECONDS_MAX = 90
# A controller that starts again waits this long for the broker that was registered before: 9 s if nothing is said.
SESSION = {"broker.session.timeout.ms": "1000", "broker.heartbeat.interval.ms": "200"}
NOT_READY = {3, 5, 6}  # Unknown topic or partition, leader not available, not leader: a moment after the start.


class Progress:
    """How many records were acknowledged, by the history as it grows."""

    def __init__(self, path):
        self.path, self.at, self.count = path, 0, 0
        path.touch()

    def update(self):
        with open(self.path, "rb") as file:
            file.seek(self.at)
            data = file.read()
        self.at += len(data)
        self.count += data.count(b'"op":"ok"')
        return self.count


class LoadedBroker:
    """`program` is the load generator.  `folder` holds the histories and the broker, and its data unless `data` says where."""

    def __init__(self, folder, program, settings=None, data=None, producers=PRODUCERS):
        self.broker = Broker(folder / "broker", settings={**SESSION, **(settings or {})})
        self.broker.data = data or self.broker.data
        self.program, self.producers = program, producers
        self.load_history, self.ends = folder / "load.jsonl", folder / "ends.jsonl"
        self.ends.touch()
        self.progress = Progress(self.load_history)
        self.load = None

    def __enter__(self):
        self.broker.start()
        with RawConnection(self.broker.address, timeout=30) as connection:
            error = create_topic(connection, TOPIC, PARTITIONS)
            assert error == 0, f"CreateTopics: error {error}"
        self.load = subprocess.Popen(
            [self.program, self.load_history, TOPIC, str(PARTITIONS), str(self.producers)],
            env={**os.environ, "MUIR_BOOTSTRAP": self.broker.address}, preexec_fn=die_with_parent)
        return self

    def __exit__(self, failure, *_):
        if failure:
            print(f"-- the end of the broker's log\n{self.broker.log_tail()}")
        if self.load and self.load.poll() is None:
            self.load.kill()
            self.load.wait()
        self.broker.kill()

    def wait_for_records(self, more, seconds=PROGRESS_SECONDS_MAX):
        """Until `more` records have been acknowledged from now on."""
        goal, deadline = self.progress.update() + more, time.monotonic() + seconds
        while self.progress.update() < goal:
            assert self.load.poll() is None, f"the load generator ended with {self.load.returncode}"
            left = goal - self.progress.count
            assert time.monotonic() < deadline, f"{left} of {more} records not acknowledged in {seconds} s"
            time.sleep(0.01)

    def note_ends(self):
        """Asks for the end of each partition and writes it down; the time is that of the question."""
        with RawConnection(self.broker.address, timeout=30) as connection, open(self.ends, "a", encoding="utf-8") as file:
            for partition in range(PARTITIONS):
                deadline = time.monotonic() + PROGRESS_SECONDS_MAX
                while True:
                    asked = time.monotonic_ns()
                    error, offset = offset_at(connection, TOPIC, partition, LATEST)
                    if error == 0:
                        break
                    assert error in NOT_READY and time.monotonic() < deadline, f"ListOffsets: error {error}"
                    time.sleep(0.01)
                file.write(json.dumps({"at": asked, "op": "end", "partition": partition, "offset": offset},
                                      separators=(",", ":")) + "\n")

    def finish_load(self):
        """The load ends by itself: all answers are in, everything was read once more."""
        self.load.send_signal(signal.SIGTERM)
        status = self.load.wait(timeout=240)
        assert status == 0, f"the load generator ended with {status}"
        self.note_ends()

    def judge(self, what):
        """Prints the verdict; True when there is nothing to complain of."""
        history = check_history.events(self.load_history) + check_history.events(self.ends)
        found = list(check_history.complaints(history))
        acknowledged = sum(event["op"] == "ok" for event in history)
        print(f"{what}: {acknowledged} records acknowledged, {len(history)} events, {len(found)} complaints", flush=True)
        if found:
            print("\n".join(found[:check_history.SHOWN_MAX]), flush=True)
        return not found and acknowledged > 0
