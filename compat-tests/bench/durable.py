#!/usr/bin/env python3
"""./dev bench --durable: what a promise costs: records on stable storage before they are acknowledged, reads of records that
are no longer in memory beside a producer, and the tail of latency while segments are rolled and deleted.

  ./dev bench --durable [--pairs N] [--seconds S] [ROW ...]      rows whose names contain one of the words; all without

Muir beside Apache Kafka as it comes, Apache Kafka set up for a machine of two processors, and the floor (docs/bench.md).
"""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import ratios
from subjects import MUIR, SETTINGS, BenchFailed, BrokerSubject, FloorSubject, KafkaSubject

from kafka_messages import create_topic
from raw_connection import RawConnection

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TUNED = {"num.network.threads": "1", "num.io.threads": "2"}
# Retention looks often enough to be at work within a block.
OFTEN = {"log.retention.check.interval.ms": "1000", "log.initial.task.delay.ms": "1000"}
WARM_UP_SECONDS = 15
BACKLOG_RECORDS = 262144  # Of 1 KiB.
LEADERS_SECONDS_MAX = 60
RECORDS_MAX = 400_000     # A block's, so that a session does not fill the disk.


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    load: tuple
    partitions: int
    configs: dict
    measures: str         # "acks/s", or a quantile of the latency of a Produce.
    limit: float          # Of Muir's share of the better Kafka's: at least for acks/s, at most for a latency.
    reads_backlog: bool = False

    @property
    def more_is_better(self):
        return self.measures == "acks/s"

    def figure(self, measured):
        produced = measured["produce"]
        return produced["requests_per_second"] if self.more_is_better else produced["latency"][self.measures]

    def is_met(self, low, high):
        return low >= self.limit if self.more_is_better else high <= self.limit


def produce(connections, *more):
    return ("--mode", "produce", "--connections", connections, "--in-flight", 1, "--record-size", 1024,
            "--records-per-request", 1, "--acks", "all", *more)


ROWS = [
    *(Row(f"durable, {producers} producer{'s' * (producers > 1)}, {partitions} partition{'s' * (partitions > 1)}",
          produce(producers), partitions, {"flush.messages": "1"}, "acks/s", limit=5.0 if producers == 100 else 1.0)
      for producers in (1, 10, 100) for partitions in (1, 100)),
    Row("produce beside a cold read", produce(4, "--rate", 2000), 4, {}, "p99_us", limit=1.0, reads_backlog=True),
    Row("10,000 records/s, rolls and retention", produce(20, "--rate", 10_000), 4,
        {"segment.bytes": str(4 << 20), "retention.bytes": str(16 << 20), "file.delete.delay.ms": "1000"}, "p999_us",
        limit=0.3),
]


def make_topic(subject, partitions, configs):
    topic = subject.new_topic()
    with RawConnection(subject.address, timeout=60.0) as connection:
        error = create_topic(connection, topic, partitions, configs)
    if error != 0:
        raise RuntimeError(f"{subject.name}: {topic} was not created: error {error}")
    wait_for_leaders(subject, topic)
    return topic


def wait_for_leaders(subject, topic):
    """Apache Kafka answers a CreateTopics before the topic can be used."""
    deadline = time.monotonic() + LEADERS_SECONDS_MAX
    while True:
        try:
            subject.drive(*produce(1), "--topic", topic, "--records", 1, "--duration", 10)
            return
        except BenchFailed:
            if time.monotonic() > deadline:
                raise


class SyncingFloor(FloorSubject):
    """Syncs what it has written before it answers: all that one epoll_wait brought, at once."""

    def make(self, row):
        """With batches of the size that is measured: it knows no other."""
        topic = self.new_topic()
        self.drive(*row.load, "--topic", topic, "--create-topic", row.partitions, "--duration", 0.2, "--records", 1000)
        return topic


def drop_from_cache(subject, topic):
    """The log files of a topic leave the page cache."""
    for path in subject.broker.data.glob(f"{topic}-*/*.log"):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


class Reader:
    """Reads the backlog from its beginning, again and again, each time from the disk."""

    def __init__(self, subject, backlog):
        self.subject, self.backlog = subject, backlog
        self.reader = None
        self.begin()

    def begin(self):
        drop_from_cache(self.subject, self.backlog)
        self.reader = subprocess.Popen([MUIR, "bench", "--json", "-b", self.subject.address, "--mode", "fetch",
                                        "--topic", self.backlog, "--connections", "4", "--duration", "600",
                                        "--records", str(BACKLOG_RECORDS)], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)

    def end(self):
        self.reader.terminate()
        self.reader.wait()


def block(row, subject, seconds, backlogs):
    is_floor = isinstance(subject, FloorSubject)
    subject.resume()
    reader = None
    try:
        topic = subject.make(row) if is_floor else make_topic(subject, row.partitions, row.configs)
        reader = Reader(subject, backlogs[subject.name]) if row.reads_backlog and not is_floor else None
        options = [*row.load, "--topic", topic, "--duration", seconds, "--warmup", min(2, seconds / 2),
                   "--records", RECORDS_MAX]
        options += ["--delete-topic"] if subject.deletes_topics else []
        return subject.drive(*options)
    finally:
        if reader:
            reader.end()
        subject.pause()


def fill_backlog(subject):
    subject.resume()
    topic = make_topic(subject, 4, {})
    subject.drive("--mode", "produce", "--topic", topic, "--connections", 4, "--record-size", 1024,
                  "--records-per-request", 64, "--records", BACKLOG_RECORDS, "--duration", 120)
    subject.pause()
    return topic


def warm(subject, seconds):
    """The shape that is measured, so that a JIT has seen it."""
    subject.resume()
    topic = make_topic(subject, 4, {})
    subject.drive(*produce(20), "--topic", topic, "--duration", seconds, "--records", 2_000_000, "--delete-topic")
    subject.pause()


def judge(row, blocks):
    figures = {name: [row.figure(one) for one in measured] for name, measured in blocks.items()}
    kafkas = [name for name in figures if name.startswith("kafka")]
    middle = {name: ratios.median_interval(values)[0] for name, values in figures.items()}
    better = (max if row.more_is_better else min)(kafkas, key=lambda name: middle[name])
    median, low, high = ratios.median_interval(ratios.pairwise(figures["muir"], figures[better]))
    return {"row": row.name, "measures": row.measures, "figures": figures, "medians": middle, "better_kafka": better,
            "ratio": [median, low, high], "limit": row.limit, "is_met": row.is_met(low, high)}


def tell(text):
    print(text, flush=True)


def print_verdict(verdict):
    medians = ", ".join(f"{name} {value:,.0f}" for name, value in verdict["medians"].items())
    median, low, high = verdict["ratio"]
    tell(f"{'met   ' if verdict['is_met'] else 'MISSED'} {verdict['row']}: {verdict['measures']}: {medians}; "
         f"muir/{verdict['better_kafka']} {median:.2f} [{low:.2f}, {high:.2f}], limit {verdict['limit']}")


def measure(rows, pairs, seconds, warm_up, directory):
    subjects = [KafkaSubject(directory, settings=OFTEN), KafkaSubject(directory, "kafka-tuned", {**OFTEN, **TUNED}),
                BrokerSubject("muir", directory, settings=OFTEN), SyncingFloor("floor", directory, "--sync")]
    started, verdicts, backlogs = [], [], {}
    try:
        for subject in subjects:
            subject.start()
            started.append(subject)
            subject.pause()
        for subject in subjects[:3]:
            warm(subject, warm_up)
            if any(row.reads_backlog for row in rows):
                backlogs[subject.name] = fill_backlog(subject)
        for row in rows:
            chosen = subjects if row.more_is_better else subjects[:3]
            blocks = {subject.name: [] for subject in chosen}
            for pair, turn in enumerate(ratios.order(chosen, pairs)):
                for subject in turn:
                    measured = block(row, subject, seconds, backlogs)
                    blocks[subject.name].append(measured)
                    tell(f"  {row.name}, pair {pair + 1}: {subject.name} {row.figure(measured):,.0f} {row.measures}, "
                         f"{measured['broker_cpu_seconds'] * 1e6 / measured['produce']['requests']:.0f} us a request")
            verdicts.append({**judge(row, blocks), "blocks": blocks})
            print_verdict(verdicts[-1])
    finally:
        for subject in started:
            subject.stop()
    return verdicts


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--warm-up", type=float, default=WARM_UP_SECONDS)
    parser.add_argument("rows", nargs="*")
    return parser.parse_args()


def main():
    options = arguments()
    rows = [row for row in ROWS if not options.rows or any(word in row.name for word in options.rows)]
    load_before = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        verdicts = measure(rows, options.pairs, options.seconds, options.warm_up, directory)
    tell("\n== results")
    for verdict in verdicts:
        print_verdict(verdict)
    tell(f"load of the machine (1 min): {load_before[0]:.1f} before, {os.getloadavg()[0]:.1f} after")
    path = ROOT / "build" / "bench" / f"durable-{datetime.datetime.now():%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"settings": SETTINGS, "tuned": TUNED, "load": load_before, "rows": verdicts}, indent=1),
                    encoding="utf-8")
    tell(f"raw data: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
