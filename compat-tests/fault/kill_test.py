#!/usr/bin/env python3
"""kill_test.py LOAD: kill -9 under load, KILLS times (20 where the environment does not say).

LOAD is the load generator; it keeps writing and reading while the broker is killed and started again on the same
directory.  In the end the checker looks at all that its clients did and saw.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import check_history  # noqa: E402
from broker_process import Broker, die_with_parent  # noqa: E402
from kafka_messages import LATEST, create_topic, offset_at  # noqa: E402
from raw_connection import RawConnection  # noqa: E402

TOPIC, PARTITIONS, PRODUCERS = "under-load", 4, 3
KILLS = int(os.environ.get("KILLS", "20"))
PROGRESS_SECONDS_MAX = 90
ACKNOWLEDGED_MIN, ACKNOWLEDGED_MAX = 200, 2000  # Between two kills.
# A controller that starts again waits this long for the broker that was registered before: 9 s if nothing is said.
SESSION = {"broker.session.timeout.ms": "1000", "broker.heartbeat.interval.ms": "200"}
NOT_READY = {3, 5, 6}  # Unknown topic or partition, leader not available, not leader: a moment after the start.


class Progress:
    """How many records were acknowledged, by the history as it grows."""

    def __init__(self, path):
        self.path, self.at, self.count = path, 0, 0
        path.touch()

    def wait_for(self, more, load):
        goal, deadline = self.count + more, time.monotonic() + PROGRESS_SECONDS_MAX
        while self.count < goal:
            assert load.poll() is None, f"the load generator ended with {load.returncode}"
            assert time.monotonic() < deadline, f"{goal - self.count} of {more} records not acknowledged in {PROGRESS_SECONDS_MAX} s"
            time.sleep(0.01)
            with open(self.path, "rb") as file:
                file.seek(self.at)
                data = file.read()
            self.at += len(data)
            self.count += data.count(b'"op":"ok"')


def note_ends(history, address):
    """Asks for the end of each partition and writes it down; the time is that of the question."""
    with RawConnection(address, timeout=30) as connection, open(history, "a", encoding="utf-8") as file:
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


def kill_repeatedly(broker, load, progress, ends, chance):
    for kill in range(KILLS):
        progress.wait_for(chance.randint(ACKNOWLEDGED_MIN, ACKNOWLEDGED_MAX), load)
        note_ends(ends, broker.address)
        broker.kill()
        broker.start()
        note_ends(ends, broker.address)
        print(f"killed {kill + 1} times, {progress.count} records acknowledged", flush=True)
    progress.wait_for(ACKNOWLEDGED_MIN, load)


def run(folder, program, chance):
    broker = Broker(folder / "broker", settings=SESSION)
    load_history, ends = folder / "load.jsonl", folder / "ends.jsonl"
    load = None
    try:
        address = broker.start()
        with RawConnection(address, timeout=30) as connection:
            error = create_topic(connection, TOPIC, PARTITIONS)
            assert error == 0, f"CreateTopics: error {error}"
        load = subprocess.Popen([program, load_history, TOPIC, str(PARTITIONS), str(PRODUCERS)],
                                env={**os.environ, "MUIR_BOOTSTRAP": address}, preexec_fn=die_with_parent)
        kill_repeatedly(broker, load, Progress(load_history), ends, chance)
        load.send_signal(signal.SIGTERM)
        status = load.wait(timeout=240)
        assert status == 0, f"the load generator ended with {status}"
        note_ends(ends, address)
        broker.stop()
    except BaseException:
        print(f"-- the end of the broker's log\n{broker.log_tail()}")
        if load and load.poll() is None:
            load.kill()
        broker.kill()
        raise
    return check_history.events(load_history) + check_history.events(ends)


def main():
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        history = run(pathlib.Path(folder), sys.argv[1], random.Random(seed))
    found = list(check_history.complaints(history))
    acknowledged = sum(event["op"] == "ok" for event in history)
    print(f"{KILLS} kills, {acknowledged} records acknowledged, {len(history)} events, {len(found)} complaints")
    print("\n".join(found[:check_history.SHOWN_MAX]))
    return 1 if found or acknowledged < KILLS * ACKNOWLEDGED_MIN else 0


if __name__ == "__main__":
    sys.exit(main())
