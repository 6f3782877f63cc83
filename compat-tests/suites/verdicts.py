"""What became of the tests of a suite, and what may become of them."""

import collections
import pathlib
import typing

HERE = pathlib.Path(__file__).resolve().parent
PASS, FAIL, SKIP = "PASS", "FAIL", "SKIP"


class Verdict(typing.NamedTuple):
    test: str
    state: str
    why: str = ""


class Listed(typing.NamedTuple):
    """Names of tests, each with the reason why it stands there."""

    reasons: dict

    @staticmethod
    def of(text):
        """One name a line, two blanks, `#`, the reason; lines that begin with `#` and blank ones are for the reader."""
        reasons = {}
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            name, _, reason = line.partition("  # ")
            reasons[name.strip()] = reason.strip()
        return Listed(reasons)

    @staticmethod
    def read(path):
        return Listed.of(path.read_text(encoding="utf-8")) if path.exists() else Listed({})


def excluded(suite):
    """What fails against Apache Kafka itself in this set-up: never run."""
    return Listed.read(HERE / "exclude" / f"{suite}.txt")


def passed_by_kafka(suite):
    """What Apache Kafka passes in this set-up."""
    return set(Listed.read(HERE / "baseline" / f"{suite}.txt").reasons)


def pending(suite, text=None):
    """What Apache Kafka passes and Muir does not yet: the lines of pending.txt below [SUITE]."""
    text = (HERE / "pending.txt").read_text(encoding="utf-8") if text is None else text
    own, lines = False, []
    for line in text.splitlines():
        if line.startswith("["):
            own = line.strip() == f"[{suite}]"
        elif own:
            lines.append(line)
    return Listed.of("\n".join(lines))


def judge(verdicts, baseline, pending_tests, complete):
    """One complaint for each test that is not as the lists say.  `complete`: the whole suite ran, so that a listed
    test that was not seen is a complaint too."""
    seen = {one.test: one for one in verdicts}
    for test, reason in pending_tests.items():
        if not reason:
            yield f"{test}: pending.txt gives no reason"
        if test not in baseline:
            yield f"{test}: pending, but nothing says that Apache Kafka passes it"
    for one in verdicts:
        if one.state == PASS and one.test in pending_tests:
            yield f"{one.test}: passes; take it off pending.txt"
        elif one.state == FAIL and one.test not in pending_tests:
            yield f"{one.test}: fails: {one.why}"
        elif one.state == SKIP and one.test in baseline and one.test not in pending_tests:
            yield f"{one.test}: Apache Kafka passes it, here it was skipped: {one.why}"
    if complete:
        for test in sorted((baseline | set(pending_tests)) - set(seen)):
            yield f"{test}: Apache Kafka passes it, here it did not run"


def count(verdicts):
    states = collections.Counter(one.state for one in verdicts)
    return f"passed {states[PASS]} failed {states[FAIL]} skipped {states[SKIP]}"
