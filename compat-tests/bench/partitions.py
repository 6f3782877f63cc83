"""Rows about thousands of partitions: how soon they are there, what they cost while nobody uses them, how soon a broker
is back with them.  Each measures Apache Kafka and Muir one after the other, on new directories."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import many_partitions as many  # noqa: E402
from broker_process import Broker  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from subjects import KAFKA_HEAP, MUIR  # noqa: E402

PARTITIONS = int(os.environ.get("BENCH_PARTITIONS", "10000"))
PARTITIONS_A_TOPIC = 10
TOPICS_A_REQUEST = 100
CREATION_OF_KAFKA_MAX = 0.2
IDLE_SECONDS = 30.0
SETTLE_SECONDS = 10.0
IDLE_PERCENT_MAX = 0.5
PARTITION_KIB_MAX = 8
RESTARTED_PARTITIONS = 1000
RESTARTED_BYTES = int(os.environ.get("BENCH_RESTARTED_BYTES", str(5 << 30)))
RECORD_BYTES = 1024
START_OF_KAFKA_MAX = 0.3
PATIENCE_SECONDS = "600"
SETTINGS = {"offsets.topic.num.partitions": "1"}


@contextlib.contextmanager
def patience():
    """A JVM with 10,000 partitions on a busy machine takes minutes."""
    changed = {"BROKER_START_SECONDS": PATIENCE_SECONDS, "BROKER_STOP_SECONDS": PATIENCE_SECONDS,
               "MUIR_JAVA_SIZING": f"-Xms{KAFKA_HEAP} -Xmx{KAFKA_HEAP} -XX:+UseG1GC"}
    before = {key: os.environ.get(key) for key in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key, None) if value is None else os.environ.__setitem__(key, value)


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def connect(broker):
    return RawConnection(broker.address, float(PATIENCE_SECONDS))


@contextlib.contextmanager
def home():
    """Where both brokers have their directories.  Nothing is deleted before both are measured: for minutes ext4 walks
    around every inode that was freed, and the next broker would pay for that with its processor time."""
    with tempfile.TemporaryDirectory(prefix="partitions-", dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        yield directory


@contextlib.contextmanager
def running(kind, directory):
    own = os.path.join(directory, kind)
    os.mkdir(own)
    broker = Broker(own, kind, SETTINGS)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


def created(kind, directory):
    """What making PARTITIONS cost, and what they cost when they are there."""
    topics = many.topics_of(PARTITIONS, PARTITIONS_A_TOPIC)
    with running(kind, directory) as broker:
        pid = broker.process.pid
        time.sleep(SETTLE_SECONDS)
        resident, processor, began = resident_kib(pid), processor_seconds(pid), time.monotonic()
        with connect(broker) as connection:
            for group in many.in_groups(topics, TOPICS_A_REQUEST):
                refused = many.create(connection, group)
                if refused:
                    raise RuntimeError(f"{kind} did not create {refused}")
            many.wait_until_open(connection, topics)
        cost = {"seconds": time.monotonic() - began, "processor": processor_seconds(pid) - processor}
        time.sleep(SETTLE_SECONDS)
        cost["kib"] = (resident_kib(pid) - resident) / PARTITIONS
        idle, idle_began = processor_seconds(pid), time.monotonic()
        time.sleep(IDLE_SECONDS)
        cost["idle_percent"] = 100 * (processor_seconds(pid) - idle) / (time.monotonic() - idle_began)
        cost["descriptors"] = len(os.listdir(f"/proc/{pid}/fd"))
        return cost


def row(name, unit, found, limit, **values):
    return {"row": name, "unit": unit, "found": found, "limit": limit, "values": values}


def creation(tell):
    with patience(), home() as directory:
        costs = {kind: created(kind, directory) for kind in ("kafka", "muir")}
    for kind, cost in costs.items():
        tell(f"  {PARTITIONS} partitions, {kind}: " + ", ".join(f"{value:.2f} {name}" for name, value in cost.items()))
    ours, theirs = costs["muir"], costs["kafka"]
    return [row(f"creation of {PARTITIONS} partitions, of Kafka's time", "", ours["seconds"] / theirs["seconds"],
                CREATION_OF_KAFKA_MAX, **costs),
            row(f"a partition, of {PARTITIONS} idle ones", "KiB", ours["kib"], PARTITION_KIB_MAX, **costs),
            row(f"idle with {PARTITIONS} partitions", "% of a processor", ours["idle_percent"], IDLE_PERCENT_MAX, **costs)]


def fill(broker):
    records = RESTARTED_BYTES // RECORD_BYTES
    subprocess.run([MUIR, "bench", "-b", broker.address, "-t", "restarted", "--create-topic", str(RESTARTED_PARTITIONS),
                    "-c", str(RESTARTED_PARTITIONS), "--in-flight", "1", "-s", str(RECORD_BYTES),
                    "--records-per-request", "64", "-n", str(records), "-d", "600"],
                   check=True, stdout=subprocess.DEVNULL)


def started(kind, directory):
    """{how it was stopped: (seconds, processor seconds) from exec until every partition is led}"""
    found = {}
    topics = [("restarted", RESTARTED_PARTITIONS)]
    with running(kind, directory) as broker:
        fill(broker)
        # First the hard way: nothing was flushed, so that both brokers have to look at every byte.
        for how, stop in (("kill -9", broker.kill), ("a clean stop", broker.stop)):
            stop()
            began = time.monotonic()
            broker.start()
            with connect(broker) as connection:
                many.wait_until_open(connection, topics)
            found[how] = (time.monotonic() - began, processor_seconds(broker.process.pid))
    return found


def start(tell):
    with patience(), home() as directory:
        costs = {kind: started(kind, directory) for kind in ("kafka", "muir")}
    rows = []
    for how in costs["muir"]:
        for kind, cost in costs.items():
            tell(f"  start after {how}, {kind}: {cost[how][0]:.2f} s, {cost[how][1]:.2f} s of processor")
        rows.append(row(f"start after {how}, {RESTARTED_PARTITIONS} partitions and {RESTARTED_BYTES / 1e9:.1f} GB, "
                        "of Kafka's time", "", costs["muir"][how][0] / costs["kafka"][how][0], START_OF_KAFKA_MAX,
                        **costs))
    return rows


# By the name to ask for; each yields rows as small_things does.
ROWS = {"partitions-creation": creation, "partitions-start": start}
