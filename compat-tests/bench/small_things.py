"""Rows that are no ratio: how soon a broker is there, and how much memory it holds."""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from broker_process import Broker, command_of  # noqa: E402
from kafka_messages import create_topic  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from subjects import MUIR, SETTINGS, BrokerSubject  # noqa: E402

START_UP_MS_MAX = 100
RESIDENT_MIB_MAX = 40
IDLE_CONNECTION_KIB_MAX = 2
IDLE_CONNECTIONS = 5000


def start_up(runs):
    """Milliseconds from exec to the first acknowledged record, on a new data directory each time."""
    times = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="start-up-") as directory:
            broker = Broker(directory, "muir", SETTINGS)
            broker.format()
            command = [MUIR, "bench", "--json", "--start-up", "-b", broker.address, "--create-topic", "1", "--",
                       *command_of("muir")[1], str(broker.file)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            times.append(json.loads(done.stdout)["to_acknowledgement_ms"])
    return {"row": "exec to first acknowledged record", "unit": "ms", "values": times,
            "found": statistics.median(times), "limit": START_UP_MS_MAX}


def load_offsets_topic(address):
    """An empty __consumer_offsets, open on the broker."""
    with RawConnection(address, timeout=60.0) as connection:
        return create_topic(connection, "__consumer_offsets", int(SETTINGS["offsets.topic.num.partitions"]))


def memory(settle_seconds):
    """Resident memory of a broker that has done nothing but open an empty __consumer_offsets, then what idle
    connections add to it."""
    with tempfile.TemporaryDirectory(prefix="memory-") as directory:
        subject = BrokerSubject("muir", directory)
        subject.start()
        try:
            load_offsets_topic(subject.address)
            time.sleep(settle_seconds)
            resident = subject.status_kib("VmRSS")
            added = idle_connections(subject)
        finally:
            subject.stop()
    return [{"row": f"VmRSS after {settle_seconds:.0f} s, empty __consumer_offsets", "unit": "MiB",
             "found": resident / 1024, "values": [resident / 1024], "limit": RESIDENT_MIB_MAX},
            {"row": f"an idle connection, of {IDLE_CONNECTIONS}", "unit": "KiB", "found": added / IDLE_CONNECTIONS,
             "values": [added / IDLE_CONNECTIONS], "limit": IDLE_CONNECTION_KIB_MAX}]


def idle_connections(subject):
    """KiB of resident memory that they add."""
    before = subject.status_kib("VmRSS")
    command = [MUIR, "bench", "-b", subject.address, "--idle", str(IDLE_CONNECTIONS), "--duration", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
        if not driver.stdout.readline().startswith("idle"):
            raise RuntimeError("the connections could not be opened")
        time.sleep(1)
        return subject.status_kib("VmRSS") - before
