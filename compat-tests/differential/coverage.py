"""Which (API, error) pairs that the Java client handles the traces have seen."""

import pathlib
import subprocess

from lists import entries

HERE = pathlib.Path(__file__).resolve().parent
JAVA = HERE.parent / "lib" / "java"


def handled_pairs():
    """{(API, error)} as muir.compat.ErrorPairs reads them in the client's classes."""
    done = subprocess.run([JAVA, "-J-Dlog.level=off", "muir.compat.ErrorPairs", HERE / "error-handlers.txt"], capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"muir.compat.ErrorPairs:\n{done.stdout}{done.stderr}")
    return {tuple(line.split()) for line in done.stdout.splitlines()}


class Coverage:
    def __init__(self):
        self.seen = set()     # On Kafka, and the same on Muir.
        self.waiting = set()  # On Kafka; Muir does not serve the trace yet.

    def add(self, kafka, muir):
        for theirs, ours in zip(kafka, muir):
            self.seen |= {(theirs.get("api"), error) for error in theirs["errors"] if theirs["errors"] == ours["errors"]}

    def add_waiting(self, kafka):
        self.waiting |= {(step.get("api"), error) for step in kafka for error in step["errors"]}

    def judge(self, pairs):
        """(one line that says how far we are, complaints)"""
        unreachable = {(api, error) for api, error, _ in entries("unreachable.txt", 2)}
        covered = pairs & self.seen
        waiting = pairs & self.waiting - covered
        left = pairs - covered - waiting - unreachable
        complaints = [f"unreachable.txt: {api} {error} was reached: take it out"
                      for api, error in sorted(unreachable & (self.seen | self.waiting))]
        complaints += [f"unreachable.txt: {api} {error} is no pair that the client handles"
                       for api, error in sorted(unreachable - pairs)]
        complaints += [f"no trace reaches {api} {error}, and unreachable.txt does not say why" for api, error in sorted(left)]
        return (f"pairs covered: {len(covered)} of {len(pairs)} ({len(waiting)} more wait for APIs that are not served yet, "
                f"{len(pairs & unreachable)} cannot be reached)"), complaints
