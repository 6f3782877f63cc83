"""Plays traces to a broker through trace_player."""

import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
MAY_DIFFER = HERE / "may-differ.txt"
TRACE_SECONDS_MAX = 60


class Unplayable(Exception):
    """A trace could not be played to its end: the complaint of the player, and the answers up to there."""


class Player:
    def __init__(self, program):
        self.program = program

    def play(self, address, trace):
        """The answers, a dictionary each."""
        done = subprocess.run([self.program, MAY_DIFFER, address, trace], capture_output=True, text=True, check=False,
                              timeout=TRACE_SECONDS_MAX)
        if done.returncode != 0:
            raise Unplayable(f"{done.stderr.strip()}\n{done.stdout[-2000:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def apis_of(self, traces):
        """{trace's name: {(API, version)}}; raises for a trace that is none."""
        done = subprocess.run([self.program, "check", *traces], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unplayable(done.stderr)
        apis = {trace.stem: set() for trace in traces}
        for line in done.stdout.splitlines():
            name, api, version = line.split()
            apis[name].add((api, int(version)))
        return apis
