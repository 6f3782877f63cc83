#!/usr/bin/env python3
"""How the program starts, refuses to start, and stops.  Apache Kafka does the same where the text is not looked at."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, command_of, default_kind, new_cluster_id, wait_for_end  # noqa: E402
from raw_connection import RawConnection, api_versions_request  # noqa: E402

SECONDS_MAX = 60
OURS = default_kind() == "muir"


class StartUp(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="start-up-")
        self.broker = Broker(self.folder.name)

    def tearDown(self):
        self.broker.kill()
        self.folder.cleanup()

    def refuses(self, command):
        """Ends by itself, with an error; gives what it printed."""
        done = subprocess.run(command, cwd=self.folder.name, capture_output=True, text=True, timeout=SECONDS_MAX)
        self.assertGreater(done.returncode, 0, done.stdout + done.stderr)
        return (done.stdout + done.stderr).splitlines()

    def broker_command(self, *settings):
        command = command_of(self.broker.kind)[1] + [str(self.broker.file)]
        for setting in settings:
            command += ["--override", setting]
        return command

    def one_line_with(self, lines, *words):
        found = [line for line in lines if all(word in line for word in words)]
        self.assertTrue(found, f"no line names {words}:\n" + "\n".join(lines))
        if OURS:
            self.assertEqual(len(found), 1, lines)

    def test_the_log_says_what_started(self):
        self.broker.start()
        if OURS:  # Apache Kafka says it in hundreds of lines.
            text = self.broker.log.read_text()
            for word in ("0.1.0", self.broker.address, str(self.broker.data), self.cluster_id()):
                self.assertIn(word, text)
            self.assertLessEqual(len(text.splitlines()), 25, text)

    def cluster_id(self):
        for line in (self.broker.data / "meta.properties").read_text().splitlines():
            if line.startswith("cluster.id="):
                return line.removeprefix("cluster.id=")
        raise AssertionError("meta.properties names no cluster")

    def test_an_override_counts_more_than_the_file(self):
        self.broker.format()
        lines = self.refuses(self.broker_command(f"log.dirs={self.broker.directory}/elsewhere"))
        self.one_line_with(lines, "meta.properties")  # The file's directory has one.

    def test_an_unknown_key_is_no_reason_to_stop(self):
        self.broker.settings = {"no.such.key": "17"}
        self.broker.start()
        if OURS:
            self.one_line_with(self.broker.log.read_text().splitlines(), "no.such.key")

    def test_a_bad_value_stops_the_start(self):
        self.broker.format()
        for key, value in (("log.segment.bytes", "lots"), ("num.partitions", "0"), ("log.cleanup.policy", "burn")):
            with self.subTest(key=key):
                self.one_line_with(self.refuses(self.broker_command(f"{key}={value}")), key, value)

    def test_a_directory_that_is_not_formatted_stops_the_start(self):
        self.broker.format()
        shutil.rmtree(self.broker.data)
        self.one_line_with(self.refuses(self.broker_command()), "meta.properties")

    def test_a_port_in_use_stops_the_start(self):
        self.broker.format()
        host, port = self.broker.address.rsplit(":", 1)
        with socket.create_server((host, int(port))):
            done = subprocess.run(self.broker_command(), cwd=self.folder.name, capture_output=True, text=True,
                                  timeout=SECONDS_MAX)
        lines = (done.stdout + done.stderr).splitlines()
        self.assertEqual(done.returncode, 1, lines)
        if OURS:  # Apache Kafka says it with a stack.
            self.one_line_with(lines, "Cannot listen", port, "Address already in use")
        self.broker.start()  # Nothing was left behind.

    def test_a_missing_file_stops_the_start(self):
        self.refuses(command_of(self.broker.kind)[1] + [os.path.join(self.folder.name, "nowhere.properties")])

    def test_format_leaves_a_formatted_directory_alone(self):
        self.broker.format()
        before = self.cluster_id()
        command = command_of(self.broker.kind)[0] + ["--standalone", "-c", str(self.broker.file), "-t"]
        self.one_line_with(self.refuses(command + [before]), "already formatted")
        self.one_line_with(self.refuses(command + [new_cluster_id()]), "Invalid cluster.id", before)
        done = subprocess.run(command + [before, "--ignore-formatted"], capture_output=True, timeout=SECONDS_MAX)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.cluster_id(), before)

    def test_format_writes_what_the_storage_tool_writes(self):
        self.broker.format()
        names = sorted(path.name for path in self.broker.data.iterdir())
        self.assertEqual(names, ["__cluster_metadata-0", "bootstrap.checkpoint", "meta.properties"])
        lines = (self.broker.data / "meta.properties").read_text().splitlines()
        keys = sorted(line.split("=")[0] for line in lines if not line.startswith("#"))
        self.assertEqual(keys, ["cluster.id", "directory.id", "node.id", "version"])
        self.assertIn("version=1", lines)
        self.assertIn("node.id=1", lines)

    def test_a_second_broker_on_the_directory_refuses(self):
        self.broker.start()
        self.refuses(self.broker_command())
        self.serves()

    def serves(self):
        with RawConnection(self.broker.address) as connection:
            self.assertIsNotNone(connection.call(api_versions_request()))

    def test_a_clean_stop_leaves_its_mark_and_a_kill_does_not(self):
        mark = self.broker.data / ".kafka_cleanshutdown"
        self.broker.start()
        self.assertFalse(mark.exists())
        self.broker.stop()
        self.assertTrue(mark.exists())
        self.broker.start()
        self.assertFalse(mark.exists())
        self.broker.kill()
        self.assertFalse(mark.exists())
        self.broker.start()
        self.serves()

    def test_a_stop_ends_connections_that_are_open(self):
        with RawConnection(self.broker.start()) as connection:
            self.assertIsNotNone(connection.call(api_versions_request()))
            self.broker.stop()
            self.assertIsNone(connection.receive())

    def test_an_interrupt_is_a_clean_stop_too(self):
        self.broker.start()
        pid = self.broker.process.pid
        os.kill(pid, signal.SIGINT)
        self.assertTrue(wait_for_end(pid, SECONDS_MAX))
        self.assertTrue((self.broker.data / ".kafka_cleanshutdown").exists())


if __name__ == "__main__":
    unittest.main()
