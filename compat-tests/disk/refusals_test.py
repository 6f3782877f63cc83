#!/usr/bin/env python3
"""Directories that a broker must not start on: it says in one line why, and leaves every file as it was.

With BROKER_KIND=kafka the same directories go to Apache Kafka, which refuses each of them too, in its own words.
"""

import hashlib
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, command_of, default_kind, new_cluster_id  # noqa: E402
from crc32c import crc32c  # noqa: E402
from kafka_messages import create_topic  # noqa: E402
from raw_connection import RawConnection  # noqa: E402

SECONDS_MAX = 60
OURS = default_kind() == "muir"
BATCH_HEADER = struct.Struct(">qiibIhiqqqhii")
CRC_FROM = 21  # Of a batch: what its CRC covers.


def checksums(directory):
    """{name: what is in it} of all files below; empty lock files come and go."""
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(directory.rglob("*")) if path.is_file() and path.name != ".lock"}


def set_property(directory, key, value):
    """Of meta.properties; None takes it out."""
    file = directory / "meta.properties"
    lines = [line for line in file.read_text().splitlines() if not line.startswith(f"{key}=")]
    if value is not None:
        lines.append(f"{key}={value}")
    file.write_text("\n".join(lines) + "\n")


def set_feature_level(file, feature, level):
    """Rewrites a FeatureLevel record where it stands, and the CRC of its batch."""
    data = bytearray(file.read_bytes())
    at = data.index(bytes([len(feature) + 1]) + feature.encode()) + 1 + len(feature)
    struct.pack_into(">h", data, at, level)
    mend_crc(data, at)
    file.write_bytes(data)


def replace_in_record(file, old, new):
    """Bytes of one record, by as many others."""
    data = bytearray(file.read_bytes())
    at = data.index(old)
    data[at:at + len(old)] = new
    mend_crc(data, at)
    file.write_bytes(data)


def mend_crc(data, at):
    """Of the batch around `at`."""
    batch = 0
    while True:
        end = batch + 12 + struct.unpack_from(">i", data, batch + 8)[0]
        if at < end:
            break
        batch = end
    struct.pack_into(">I", data, batch + 17, crc32c(bytes(data[batch + CRC_FROM:end])))


class Refusals(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="refusals-")
        self.broker = Broker(self.folder.name)
        self.broker.format()
        self.data, self.other = self.broker.data, self.broker.directory / "other"

    def tearDown(self):
        self.broker.kill()
        self.folder.cleanup()

    def add_log_dir(self):
        """A second log directory of the same node."""
        shutil.copytree(self.data, self.other)
        (self.other / "bootstrap.checkpoint").unlink()
        shutil.rmtree(self.other / "__cluster_metadata-0")
        set_property(self.other, "directory.id", new_cluster_id())
        return f"log.dirs={self.data},{self.other}"

    def refuses(self, *words, settings=()):
        """The start ends with an error, in one line of ours that has all `words`; no file has changed."""
        before = checksums(self.broker.directory)
        command = command_of(self.broker.kind)[1] + [str(self.broker.file)]
        for setting in settings:
            command += ["--override", setting]
        done = subprocess.run(command, cwd=self.folder.name, capture_output=True, text=True, timeout=SECONDS_MAX)
        printed = done.stdout + done.stderr
        self.assertGreater(done.returncode, 0, printed)
        if not OURS:
            print(self.id(), [line for line in printed.splitlines() if "ERROR" in line or "Exception" in line][:3])
            print("   changed:", before.items() ^ checksums(self.broker.directory).items())
            return
        found = [line for line in printed.splitlines() if all(re.search(word, line) for word in words)]
        self.assertEqual(len(found), 1, f"one line with {words}:\n{printed}")
        self.assertEqual(before, checksums(self.broker.directory))

    def test_another_node_id(self):
        self.refuses("node id 1", "node.id=2", settings=["node.id=2"])

    def test_two_clusters(self):
        both = self.add_log_dir()
        set_property(self.other, "cluster.id", new_cluster_id())
        self.refuses("different clusters", settings=[both])

    # Nothing may be written before all directories have been looked at.
    def test_two_clusters_where_a_directory_id_is_missing(self):
        both = self.add_log_dir()
        set_property(self.data, "directory.id", None)
        set_property(self.other, "cluster.id", new_cluster_id())
        self.refuses("different clusters", settings=[both])

    def test_two_directories_with_one_id(self):
        both = self.add_log_dir()
        shutil.copy(self.data / "meta.properties", self.other / "meta.properties")
        self.refuses("same directory.id", settings=[both])

    def test_a_directory_of_the_zookeeper_days(self):
        (self.data / "meta.properties").write_text("version=0\nbroker.id=1\n")
        self.refuses("meta.properties", "cluster id", str(self.data))

    def test_a_version_nobody_knows(self):
        set_property(self.data, "version", "2")
        self.refuses("meta.properties", "version")

    def test_no_cluster_id(self):
        set_property(self.data, "cluster.id", None)
        self.refuses("meta.properties", str(self.data))

    def test_no_node_id(self):
        set_property(self.data, "node.id", None)
        self.refuses("meta.properties", str(self.data))

    def test_a_reserved_directory_id(self):
        set_property(self.data, "directory.id", "AAAAAAAAAAAAAAAAAAAAAA")
        self.refuses("directory.id", str(self.data))

    def test_one_directory_is_not_formatted(self):
        self.other.mkdir()
        self.refuses("meta.properties", str(self.other), settings=[f"log.dirs={self.data},{self.other}"])

    def test_metadata_outside_its_directory(self):
        both = self.add_log_dir()
        (self.other / "__cluster_metadata-0").mkdir()
        self.refuses("__cluster_metadata-0", str(self.other), settings=[both])

    def test_a_metadata_version_of_the_future(self):
        set_feature_level(self.data / "bootstrap.checkpoint", "metadata.version", 99)
        self.refuses("metadata.version", "99")

    # As Apache Kafka, if tiered storage is not switched on.
    def test_a_topic_in_tiered_storage(self):
        with self.broker, RawConnection(self.broker.address) as connection:
            self.assertEqual(0, create_topic(connection, "tiered", 1, {"min.compaction.lag.ms": "1234"}))
            self.assertEqual(0, create_topic(connection, "local", 1))
        log = next((self.data / "__cluster_metadata-0").glob("*.log"))
        replace_in_record(log, b"min.compaction.lag.ms\x051234", b"remote.storage.enable\x05true")
        self.refuses("remote.storage.enable", "tiered")

    def test_a_running_broker_has_it(self):
        self.broker.start()
        files = self.broker.directory / "broker.log"
        before = checksums(self.data)
        done = subprocess.run(command_of(self.broker.kind)[1] + [str(self.broker.file), "--override",
                              "listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0"],
                              cwd=self.folder.name, capture_output=True, text=True, timeout=SECONDS_MAX)
        printed = done.stdout + done.stderr
        self.assertGreater(done.returncode, 0, printed)
        self.assertEqual(before.keys(), checksums(self.data).keys(), files.read_text())
        if OURS:
            found = [line for line in printed.splitlines() if "lock" in line and str(self.data) in line]
            self.assertEqual(len(found), 1, printed)
        else:
            print(self.id(), [line for line in printed.splitlines() if "ock" in line][:3])

    # As Apache Kafka: a directory from before KIP-858 is given an id.
    def test_a_missing_directory_id_is_none_of_them(self):
        self.broker.settings = {"log.dirs": self.add_log_dir().removeprefix("log.dirs=")}
        set_property(self.other, "directory.id", None)
        self.broker.start()
        self.broker.stop()
        self.assertIn("directory.id=", (self.other / "meta.properties").read_text())


if __name__ == "__main__":
    unittest.main()
