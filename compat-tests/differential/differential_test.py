#!/usr/bin/env python3
"""Plays the traces to Apache Kafka and to Muir and compares the answers: `differential_test.py PLAYER [--only TRACE ...]`.

Without names all traces are played, and the lists beside them are checked: may-differ.txt, known-differences.txt,
pending.txt, unreachable.txt.  --kafka and --muir name brokers that run already.
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
from lists import KnownDifferences, pending_complaints  # noqa: E402
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


@contextlib.contextmanager
def brokers(options, pool):
    """The addresses of Kafka and of Muir; both start at the same time."""
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="differential-")))
        theirs, ours = Broker(folder / "kafka", "kafka", SETTINGS), Broker(folder / "muir", "muir", SETTINGS)
        stack.callback(theirs.kill)
        stack.callback(ours.kill)
        starting = pool.submit(lambda: options.kafka or theirs.start())
        yield starting.result(), options.muir or ours.start()


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

    def __init__(self, player, kafka, muir):
        self.player, self.kafka, self.muir = player, kafka, muir
        self.coverage, self.known, self.complaints, self.played = Coverage(), KnownDifferences(), [], []

    def play(self, trace, is_pending):
        try:
            theirs = self.player.play(self.kafka, trace)
            ours = None if is_pending else self.player.play(self.muir, trace)
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


def selected(names):
    traces = sorted((HERE / "traces").glob("*.trace"))
    return [trace for trace in traces if not names or trace.stem in names]


def main():
    options = arguments()
    player, traces = Player(options.player), selected(options.traces)
    began = time.monotonic()
    apis = player.apis_of(traces)
    with concurrent.futures.ThreadPoolExecutor(TRACES_AT_ONCE + 2) as pool, brokers(options, pool) as addresses:
        pairs = pool.submit(handled_pairs)
        served = advertised(player, addresses[1])
        waiting = {trace: missing for trace in apis if (missing := not_served(apis[trace], served))}
        run = Run(player, *addresses)
        started = time.monotonic()
        first = [trace for trace in traces if trace.stem.startswith("first-")]
        for trace in first:
            run.play(trace, trace.stem in waiting)
        with concurrent.futures.ThreadPoolExecutor(TRACES_AT_ONCE) as players:
            list(players.map(lambda trace: run.play(trace, trace.stem in waiting), [t for t in traces if t not in first]))
        ended = time.monotonic()
        line, uncovered = run.coverage.judge(pairs.result())
    if not options.traces:
        run.complaints += run.known.complaints(run.played) + pending_complaints(waiting) + uncovered
    print("\n".join(run.complaints))
    print(f"{len(run.played)} traces played to both, {len(waiting)} to Kafka only; {line}; "
          f"{started - began:.1f} s to start, {ended - started:.1f} s to play; {len(run.complaints)} complaints")
    return 1 if run.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
