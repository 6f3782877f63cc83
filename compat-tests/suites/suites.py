#!/usr/bin/env python3
"""suites.py [--quick] [--write-baseline] [NAME[=TEST,TEST...]]...: tests that nobody here wrote, each suite against a fresh broker.

Without a name all suites run; --quick takes those that are part of `./dev test`.  A test that fails without being
pending is run again alone before it is judged, since some are sensitive to load.  With BROKER_KIND=kafka the broker is
Apache Kafka: nothing is pending then, and --write-baseline notes what passed.
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import verdicts  # noqa: E402
from broker_process import Broker, default_kind  # noqa: E402
from java_smoke import JavaSmoke  # noqa: E402
from kafka_clients_integration import KafkaClientsIntegration  # noqa: E402
from kafka_python import KafkaPython  # noqa: E402
from librdkafka import Librdkafka  # noqa: E402
from test_cache import CACHE, CannotPrepare  # noqa: E402

SUITES = (JavaSmoke, KafkaPython, Librdkafka, KafkaClientsIntegration)
QUICK = (JavaSmoke.name, KafkaPython.name)
PROGRESS_SECONDS = 20
RUN_AGAIN_MAX = 20


def run(suite, kind, excluded, selected, log):
    """The verdicts of one run against a fresh broker, printed as they come."""
    found, told = [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="suite-") as directory:
        with Broker(directory, kind, suite.settings(kind), node_id=suite.node_id) as broker:
            for verdict in suite.run(broker.address, excluded, selected, log):
                found.append(verdict)
                if verdict.state == verdicts.FAIL:
                    print(f"   FAIL  {verdict.test}  {verdict.why[:160]}", flush=True)
                if time.monotonic() - told > PROGRESS_SECONDS:
                    told = time.monotonic()
                    print(f"   {suite.name}: {verdicts.count(found)} so far", flush=True)
    return found


def unexpected(found, pending):
    return {one.test for one in found if one.state == verdicts.FAIL and one.test not in pending}


def judged(suite, kind, selected):
    """(verdicts, complaints) of a suite, after what failed by surprise was run again alone."""
    log = CACHE / "results" / f"{suite.name}-{kind}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    excluded = set(verdicts.excluded(suite.name).reasons)
    baseline = verdicts.passed_by_kafka(suite.name)
    pending = verdicts.pending(suite.name).reasons if kind == "muir" else {}
    found = run(suite, kind, excluded, selected, log)
    again = unexpected(found, pending)
    if 0 < len(again) <= RUN_AGAIN_MAX:
        print(f"   again, alone: {', '.join(sorted(again))}", flush=True)
        second = {one.test: one for one in run(suite, kind, excluded, again, log) if one.test in again}
        found = [second.get(one.test, one) for one in found]
    return found, list(verdicts.judge(found, baseline, pending, complete=not selected))


def write_baseline(suite, found):
    path = HERE / "baseline" / f"{suite.name}.txt"
    head = "# What Apache Kafka 4.3.1 passes of this suite in this set-up; written by suites.py --write-baseline.\n"
    path.write_text(head + "".join(f"{one.test}\n" for one in sorted(found) if one.state == verdicts.PASS), encoding="utf-8")


def run_suite(suite, selected, options):
    kind, began = default_kind(), time.monotonic()
    print(f"== {suite.name} against {kind}", flush=True)
    try:
        suite.prepare()
        prepared = time.monotonic() - began
        found, complaints = judged(suite, kind, selected)
    except (CannotPrepare, RuntimeError) as failure:
        print(f"   {failure}\n{suite.name}: FAILED, it could not run")
        return False
    if options.write_baseline:
        write_baseline(suite, found)
        complaints = []
    for complaint in complaints:
        print(f"   {complaint}")
    pending = len(verdicts.pending(suite.name).reasons) if kind == "muir" else 0
    print(f"{suite.name}: {'FAILED' if complaints else 'ok'}: {verdicts.count(found)}, {pending} pending, {len(complaints)} "
          f"unexpected ({time.monotonic() - began - prepared:.0f} s, prepared in {prepared:.0f} s)", flush=True)
    return not complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write-baseline", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME[=TEST,TEST...]")
    options = parser.parse_args()
    wanted = {name: set(filter(None, tests.split(","))) for name, _, tests in (one.partition("=") for one in options.names)}
    known = {suite.name for suite in SUITES}
    if unknown := set(wanted) - known:
        parser.error(f"no such suite: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    names = wanted or (QUICK if options.quick else known)
    results = [run_suite(suite(), wanted.get(suite.name, set()), options) for suite in SUITES if suite.name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main())
