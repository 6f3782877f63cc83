#!/usr/bin/env python3
"""./dev bench: Muir, Apache Kafka and the floor of the machine under the same load, as ratios (docs/bench.md).

  ./dev bench [--quick] [--pairs N] [--seconds S] [ROW ...]      rows whose names contain one of the words; all without
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

import authorization
import compaction
import compare
import partitions
import small_things
import tls
from rows import FILLING, ROWS
from subjects import KAFKA_HEAP, MUIR, SETTINGS, BrokerSubject, FloorSubject, KafkaSubject

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FLOOR_MOVED_MAX = 0.15
TOUCHED_BYTES = 4 << 30
WARM_UP_SECONDS = 60
QUICK = {"pairs": 3, "seconds": 1.5, "warm_up": 20, "touched": 1 << 30, "settle": 20, "starts": 3,
         "compacted": 64}
FULL = {"pairs": 8, "seconds": 8, "warm_up": WARM_UP_SECONDS, "touched": TOUCHED_BYTES, "settle": 60, "starts": 7,
        "compacted": 256}


def tell(text):
    print(text, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="under five minutes; for a first look, not for a claim")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("rows", nargs="*")
    return parser.parse_args()


def touch_page_cache(directory, size):
    """Memory that the machine never gave us before costs several times as much to write to: not in a measurement."""
    path = pathlib.Path(directory) / "touched"
    chunk = os.urandom(1 << 20)
    with open(path, "wb") as file:
        for _ in range(size >> 20):
            file.write(chunk)
    path.unlink()


def warm(subject, seconds):
    """Both shapes of requests, so that a JIT has seen them; a broker without one takes it as practice."""
    subject.resume()
    for load in (("--connections", 4, "--records-per-request", 64), ("--connections", 200, "--records-per-request", 1,
                                                                      "--in-flight", 1, "--record-size", 100)):
        topic = subject.new_topic()
        subject.drive("--topic", topic, "--create-topic", 4, "--duration", seconds * 0.3, "--records", 3_000_000, *load)
        subject.drive("--topic", topic, "--mode", "fetch", "--connections", 4, "--duration", seconds * 0.2)
    subject.pause()


def machine():
    def read(path):
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")

    model = next((line.split(":")[1].strip() for line in read("/proc/cpuinfo").splitlines() if "model name" in line), "")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {"kernel": platform.release(), "processor": model, "processors": os.cpu_count(), "load": read("/proc/loadavg"),
            "commit": commit.stdout.strip(), "kafka_heap": KAFKA_HEAP, "settings": SETTINGS}


def print_settings(subjects):
    tell(f"driver: {MUIR} bench, one thread, payloads half compressible, no codec; "
         f"both brokers with {SETTINGS}; Kafka with a heap of {KAFKA_HEAP} and G1")
    for subject in subjects.values():
        tell(f"  {subject.name}: {subject.group.kind}")


def print_verdict(verdict):
    tell(f"{verdict['row']}: floor moved by {verdict['floor_moved']:.0%}")
    for target in verdict["targets"]:
        tell(f"  {'met   ' if target['is_met'] else 'MISSED'} {target['median']:.2f} [{target['low']:.2f}, "
             f"{target['high']:.2f}] {target['what']}; limit {target['limit'] or 'none'}")


def print_small(row):
    row["is_met"] = row["found"] <= row["limit"]
    tell(f"{row['row']}: {'met' if row['is_met'] else 'MISSED'} {row['found']:.2f} {row['unit']}; limit {row['limit']}")


def chosen(options, rows):
    return [row for row in rows if not options.rows or any(word in row.name for word in options.rows)]


@contextlib.contextmanager
def running(subjects):
    """All of them, each stopped until it is measured."""
    started = []
    try:
        for subject in subjects.values():
            subject.start()
            started.append(subject)
            subject.pause()
        print_settings(subjects)
        yield subjects
    finally:
        for subject in started:
            subject.stop()


def compare_rows(rows, subjects, plan):
    verdicts = []
    if rows:
        for name in ("kafka", "muir"):
            warm(subjects[name], plan["warm_up"])
    for row in rows:
        blocks = compare.run(row, subjects, plan["pairs"], plan["seconds"], FILLING, tell)
        verdicts.append({**compare.judge(row, blocks), "blocks": blocks})
        print_verdict(verdicts[-1])
    return verdicts


def measure(options, plan, directory):
    rows = chosen(options, ROWS)
    if not rows:
        return []
    touch_page_cache(directory, plan["touched"])
    with running({"kafka": KafkaSubject(directory), "muir": BrokerSubject("muir", directory),
                  "floor": FloorSubject("floor", directory), "echo": FloorSubject("echo", directory, "--no-write")}) as subjects:
        return compare_rows(rows, subjects, plan)


def measure_tls(options, plan, directory):
    """The floor, in the clear, only tells whether the machine was steady."""
    rows = chosen(options, tls.ROWS)
    names = [name for name in tls.HANDSHAKES if not options.rows or any(word in name for word in options.rows)]
    if not rows and not names:
        return [], []
    with running({**tls.subjects(directory), "floor": FloorSubject("floor", directory)}) as subjects:
        verdicts = compare_rows(rows, subjects, plan)
        brokers = {name: subjects[name] for name in ("kafka", "muir")}
        idle = [tls.idle(brokers)]
        for subject in brokers.values() if names else ():
            tls.warm(subject, plan["warm_up"])
        return verdicts + tls.handshakes(names, brokers, plan["pairs"], plan["seconds"], tell), idle


def store(result):
    directory = ROOT / "build" / "bench"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{datetime.datetime.now():%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return path


def main():
    options = arguments()
    plan = dict(QUICK if options.quick else FULL)
    plan["pairs"] = options.pairs or plan["pairs"]
    plan["seconds"] = options.seconds or plan["seconds"]
    result = {"plan": plan, "machine": machine()}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        result["rows"] = measure(options, plan, directory)
        verdicts, idle = measure_tls(options, plan, directory)
        result["rows"] += verdicts
        if not options.rows or any("compaction".startswith(word) for word in options.rows):
            result["compaction"] = compaction.rows(directory, plan["compacted"], plan["pairs"], tell)
    if options.rows:
        result["small"] = [row for name, measured in {**partitions.ROWS, **authorization.ROWS}.items()
                           if any(word in name for word in options.rows)
                           for row in measured(tell)]
    else:
        result["small"] = [small_things.start_up(plan["starts"]), *small_things.memory(plan["settle"])]
    result["small"] += idle
    tell("\n== results")
    for verdict in result["rows"]:
        print_verdict(verdict)
    for row in result.get("small", []):
        print_small(row)
    void = [verdict["row"] for verdict in result["rows"] if verdict["floor_moved"] > FLOOR_MOVED_MAX]
    result["void_rows"] = void
    if void:
        tell(f"VOID: the floor itself moved by more than {FLOOR_MOVED_MAX:.0%} in {len(void)} rows; "
             f"the machine was busy with something else: {'; '.join(void)}")
    tell(f"raw data: {store(result)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
