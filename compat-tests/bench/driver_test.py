#!/usr/bin/env python3
"""`muir bench` against a running broker: every mode verifies what it reads, and says plainly what it cannot do."""

import json
import os
import subprocess
import sys
import unittest
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import muir_program  # noqa: E402


def bench(*options):
    return subprocess.run([muir_program(), "bench", "-b", os.environ["MUIR_BOOTSTRAP"], *options], capture_output=True,
                          text=True, timeout=60, check=False)


def measured(*options):
    done = bench("--json", *options)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


class Driver(unittest.TestCase):
    def test_produces_what_it_says_and_reads_it_again(self):
        produced = measured("-t", "round", "--create-topic", "3", "-c", "5", "-n", "6000", "-d", "30")
        self.assertGreaterEqual(produced["acknowledged_records"], 6000)
        self.assertEqual(produced["acknowledged_records"], produced["log_grew_records"])
        fetched = measured("-t", "round", "-m", "fetch", "-c", "3", "-n", "6000", "-d", "30")
        self.assertGreaterEqual(fetched["fetch"]["records"], 6000)

    def test_follows_what_it_produces_by_timetable(self):
        both = measured("-t", "tail", "--create-topic", "2", "-m", "both", "-c", "2", "-r", "500", "-d", "1", "--idempotent",
                        "-a", "all", "-k", "10", "-z", "lz4", "--records-per-request", "3", "--delete-topic")
        self.assertEqual(both["acknowledged_records"] % 3, 0)
        self.assertGreater(both["produce"]["requests"], 250)
        self.assertGreater(both["fetch"]["records"], 0)
        self.assertIn("does not exist", bench("-t", "tail").stderr)

    def test_holds_idle_connections(self):
        held = bench("--idle", "20", "-d", "0.2")
        self.assertEqual((held.returncode, held.stdout), (0, "idle 20\n"))

    def test_says_in_one_line_why_it_cannot(self):
        bench("-t", "three", "--create-topic", "3", "-n", "1")
        for options, why in ((("-t", "nowhere"), "does not exist"), (("-t", "three", "--create-topic", "2"), "3 partitions"),
                             (("-c", "0"), "--connections is 0"), (("-b", "127.0.0.1:1"), "127.0.0.1:1"),
                             (("--start-up",), "the broker's command"), (("--handshakes",), "--command-config with TLS"),
                             (("--command-config", "/nowhere"), "/nowhere"), (("-t", "three", "--cpu-of", "/nowhere"), "/nowhere")):
            done = bench(*options)
            self.assertEqual(done.returncode, 1, options)
            self.assertIn(why, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
