#!/usr/bin/env python3
"""How much of a compacted log a broker cleans in a second of its processor time: Muir beside Apache Kafka.

  compaction.py [--megabytes N] [--rounds N]

A topic is filled while its min.cleanable.dirty.ratio forbids cleaning, then the ratio is lowered; what counts is the
processor time from then until the cleaner's checkpoint says that all closed segments are clean.  Wall-clock time does not
matter, so a busy machine disturbs little.  The first rounds are practice, for the JIT.
"""

import argparse
import json
import os
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import subjects  # noqa: E402
from kafka_messages import create_topic, string  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402

INCREMENTAL_ALTER_CONFIGS, TOPIC_RESOURCE, SET = 44, 2, 0
SEGMENT_BYTES = 32 << 20
PRACTICE = 2
CLEAN_SECONDS_MAX = 600
KEYS = 50_000
LOADS = {"100 B records": ("--record-size", "100", "--records-per-request", "600"),
         "100 B records, lz4": ("--record-size", "100", "--records-per-request", "600", "--compression", "lz4")}
OF_KAFKA_MIN = 1.0  # Target: ahead of it.
SETTINGS = {**subjects.SETTINGS, "log.cleaner.backoff.ms": "100"}


def alter_topic(connection, topic, configs):
    body = struct.pack(">ib", 1, TOPIC_RESOURCE) + string(topic) + struct.pack(">i", len(configs))
    for key, value in configs.items():
        body += string(key) + struct.pack(">b", SET) + string(value)
    answer = connection.call(request_header(INCREMENTAL_ALTER_CONFIGS, 0, 11) + body + struct.pack(">?", False))
    error, = struct.unpack_from(">h", answer, 12)
    assert error == 0, f"IncrementalAlterConfigs of {topic}: error {error}"


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def closed_bytes(folder):
    """(bytes below the active segment, its base offset)"""
    logs = sorted(folder.glob("*.log"))
    return sum(path.stat().st_size for path in logs[:-1]), int(logs[-1].stem)


def checkpointed(data, topic):
    file = data / "cleaner-offset-checkpoint"
    lines = file.read_text(encoding="ascii").splitlines()[2:] if file.exists() else []
    return {name: int(offset) for name, _, offset in map(str.split, lines)}.get(topic, 0)


def fill(subject, topic, load, megabytes):
    command = [subjects.MUIR, "bench", "--json", "-b", subject.address, "-t", topic, "--mode", "produce", "--connections",
               "2", "--keys", str(KEYS), "--duration", "300", "--records", str((megabytes << 20) // 100), *load]
    subprocess.run(command, check=True, capture_output=True, text=True)


def clean_once(subject, topic, load, megabytes):
    """MB that were cleaned in a second of processor time."""
    with RawConnection(subject.address, timeout=60) as connection:
        assert create_topic(connection, topic) == 0
        alter_topic(connection, topic, {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "1.0",
                                        "segment.bytes": str(SEGMENT_BYTES)})
        fill(subject, topic, load, megabytes)
        bytes_before, end = closed_bytes(subject.broker.data / f"{topic}-0")
        began = cpu_seconds(subject.pid)
        alter_topic(connection, topic, {"min.cleanable.dirty.ratio": "0.0"})
        deadline = time.monotonic() + CLEAN_SECONDS_MAX
        while checkpointed(subject.broker.data, topic) < end:
            assert time.monotonic() < deadline, f"{subject.name} has not cleaned {topic}\n{subject.broker.log_tail()}"
            time.sleep(0.02)
        spent = cpu_seconds(subject.pid) - began
        alter_topic(connection, topic, {"cleanup.policy": "delete", "retention.ms": "1"})
    return bytes_before / 1e6 / max(spent, 0.01)


def measure(directory, megabytes, rounds, tell):
    """{load: {subject: MB a second of processor time, one value a round}}"""
    found = {load: {} for load in LOADS}
    for make in (subjects.KafkaSubject, lambda where: subjects.BrokerSubject("muir", where)):
        subject = make(directory)
        subject.broker.settings = SETTINGS
        subject.start()
        try:
            for load, options in LOADS.items():
                values = [clean_once(subject, f"compaction-{len(found[load])}-{list(LOADS).index(load)}-{number}", options,
                                     megabytes) for number in range(PRACTICE + rounds)]
                found[load][subject.name] = values[PRACTICE:]
                tell(f"  {subject.name}, {load}: practice {[round(value) for value in values[:PRACTICE]]}, "
                     f"then {[round(value) for value in values[PRACTICE:]]} MB cleaned a CPU second")
        finally:
            subject.stop()
    return found


def rows(directory, megabytes, rounds, tell):
    """For ./dev bench: what was found, as multiples of Kafka's."""
    result = []
    for load, values in measure(directory, megabytes, rounds, tell).items():
        medians = {name: statistics.median(found) for name, found in values.items()}
        ratio = medians["muir"] / medians["kafka"]
        result.append({"row": f"compaction, {load}: MB a CPU second, of Kafka's", "values": values, "medians": medians,
                       "found": ratio, "limit": OF_KAFKA_MIN, "is_met": ratio >= OF_KAFKA_MIN})
        tell(f"compaction, {load}: {'met' if ratio >= OF_KAFKA_MIN else 'MISSED'} {ratio:.1f} times Kafka's "
             f"({medians['muir']:.0f} and {medians['kafka']:.0f} MB a CPU second); at least {OF_KAFKA_MIN}")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="compaction-", dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        found = rows(directory, options.megabytes, options.rounds, lambda text: print(text, flush=True))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
