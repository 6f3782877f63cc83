#!/usr/bin/env python3
"""Plays the traces to Apache Kafka and to Muir and compares the answers: `differential_test.py PLAYER [--only TRACE ...]`.

Without names all traces are played, and the lists beside them are checked: may-differ.txt, known-differences.txt,
pending.txt, unreachable.txt, lessons.txt.  --kafka and --muir name brokers that run already.
"""

import argparse
import concurrent.futures
import contextlib
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from broker_process import Broker  # noqa: E402
from comparing import differences, surprises  # noqa: E402
from coverage import Coverage, handled_pairs  # noqa: E402
from lists import KnownDifferences, lesson_complaints, pending_complaints  # noqa: E402
from playing import Player, Unplayable  # noqa: E402

TRACES_AT_ONCE = 3
# Small bounds, so that a trace can meet them.
SETTINGS = {
    "log.retention.ms": "-1",  # The records of traces have timestamps of long ago.
    "offsets.topic.num.partitions": "2",
    "group.initial.rebalance.delay.ms": "300",
    "group.min.session.timeout.ms": "500",
    "group.max.session.timeout.ms": "60000",
    "group.max.size": "3",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("player")
    parser.add_argument("--only", nargs="+", default=[], metavar="TRACE", dest="traces")
    parser.add_argument("--kafka", metavar="ADDRESS")
    parser.add_argument("--muir", metavar="ADDRESS")
    return parser.parse_args()


class Brokers:
    """Kafka and Muir, each at the address that was given or started here; both start, and stop, at the same time."""

    def __init__(self, options, pool, folder):
        self.pool = pool
        self.own = [] if options.kafka else [Broker(folder / "kafka", "kafka", SETTINGS)]
        self.own += [] if options.muir else [Broker(folder / "muir", "muir", SETTINGS)]
        self.kafka, self.muir = options.kafka, options.muir

    def start(self):
        list(self.pool.map(Broker.start, self.own))
        for broker in self.own:
            setattr(self, broker.kind, broker.address)

    def restart(self):
        """False if somebody else started one of them."""
        if len(self.own) < 2:
            return False
        list(self.pool.map(Broker.stop, self.own))
        self.start()
        return True

    def kill(self):
        for broker in self.own:
            broker.kill()


@contextlib.contextmanager
def brokers(options, pool):
    with tempfile.TemporaryDirectory(prefix="differential-") as folder:
        both = Brokers(options, pool, pathlib.Path(folder))
        try:
            both.start()
            yield both
        finally:
            both.kill()


def advertised(player, address):
    """{API: (lowest version, highest)}; by names, as the traces have them."""
    answer = player.play(address, HERE / "advertised.trace")[0]["answer"]
    names = {}
    for line in (HERE.parent.parent / "wire" / "schema").glob("*_request.schema"):
        for word in line.read_text(encoding="utf-8").splitlines():
            if word.startswith("request "):
                names[int(word.split()[3])] = word.split()[1].removesuffix("Request")
    return {names[api["apiKey"]]: (api["minVersion"], api["maxVersion"]) for api in answer["apiKeys"]}


def not_served(apis, served):
    return {api for api, version in apis if api not in served or not served[api][0] <= version <= served[api][1]}


class Run:
    """All traces of one run, and what came of them."""

    def __init__(self, player, brokers_):
        self.player, self.brokers = player, brokers_
        self.coverage, self.known, self.complaints, self.played = Coverage(), KnownDifferences(), [], []

    def play(self, trace, is_pending):
        try:
            theirs = self.player.play(self.brokers.kafka, trace)
            ours = None if is_pending else self.player.play(self.brokers.muir, trace)
        except Unplayable as complaint:
            self.complaints.append(str(complaint))
            return
        self.complaints += surprises(trace.stem, theirs)
        if is_pending:
            self.coverage.add_waiting(theirs)
            return
        self.coverage.add(theirs, ours)
        self.played.append(trace.stem)
        self.complaints += [str(found) for found in differences(trace.stem, theirs, ours) if not self.known.covers(found)]


STAGES = ("first", "", "last", "restarted")


def stage_of(trace):
    """`first-*` is played before all others, alone; `last-*` after them, alone; `restarted-*` when both have restarted."""
    return next((stage for stage in STAGES if stage and trace.stem.startswith(stage + "-")), "")


def play_all(run, traces, waiting):
    by_stage = {stage: [trace for trace in traces if stage_of(trace) == stage] for stage in STAGES}
    with concurrent.futures.ThreadPoolExecutor(TRACES_AT_ONCE) as players:
        for stage in STAGES:
            if stage == "restarted" and not (by_stage[stage] and run.brokers.restart()):
                continue
            together = players.map if stage == "" else map
            list(together(lambda trace: run.play(trace, trace.stem in waiting), by_stage[stage]))


def selected(names):
    traces = sorted((HERE / "traces").glob("*.trace"))
    return [trace for trace in traces if not names or trace.stem in names]


def main():
    options = arguments()
    player, traces = Player(options.player), selected(options.traces)
    began = time.monotonic()
    apis = player.apis_of(traces)
    with concurrent.futures.ThreadPoolExecutor(TRACES_AT_ONCE + 2) as pool, brokers(options, pool) as both:
        pairs = pool.submit(handled_pairs)
        served = advertised(player, both.muir)
        waiting = {trace: missing for trace in apis if (missing := not_served(apis[trace], served))}
        run = Run(player, both)
        started = time.monotonic()
        play_all(run, traces, waiting)
        ended = time.monotonic()
        line, uncovered = run.coverage.judge(pairs.result())
    if not options.traces:
        run.complaints += run.known.complaints(run.played) + pending_complaints(waiting) + uncovered
        run.complaints += lesson_complaints(traces)
    print("\n".join(run.complaints))
    print(f"{len(run.played)} traces played to both, {len(waiting)} to Kafka only; {line}; "
          f"{started - began:.1f} s to start, {ended - started:.1f} s to play; {len(run.complaints)} complaints")
    return 1 if run.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
