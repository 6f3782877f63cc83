"""A broker with several log directories: where its partitions lie, and how to move them."""

import json
import pathlib
import struct
import subprocess
import time
import typing

from broker_process import COMPAT, Broker
from kafka_messages import Cursor, string
from raw_connection import RawConnection, request_header

ALTER_REPLICA_LOG_DIRS, DESCRIBE_LOG_DIRS, METADATA = 34, 35, 3
JAVA = COMPAT / "lib" / "java"
TOOL = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand"


class Replica(typing.NamedTuple):
    directory: str
    size: int
    lag: int
    is_future: bool


def make_broker(folder, directories, **settings):
    """A broker whose log.dirs are `directories`; the first holds the metadata log too."""
    broker = Broker(folder, **settings)
    broker.data = ",".join(str(directory) for directory in directories)
    return broker


def describe(connection):
    """({directory: error}, {(topic, partition): [Replica, ...]})"""
    answer = connection.call(request_header(DESCRIBE_LOG_DIRS, 1, 5) + struct.pack(">i", -1))
    cursor = Cursor(answer)
    cursor.take("ii")
    errors, replicas = {}, {}
    for _ in range(cursor.take("i")):
        error = cursor.take("h")
        directory = cursor.string()
        errors[directory] = error
        for _ in range(cursor.take("i")):
            topic = cursor.string()
            for _ in range(cursor.take("i")):
                partition, size, lag, is_future = cursor.take("iqq?")
                replicas.setdefault((topic, partition), []).append(Replica(directory, size, lag, is_future))
    return errors, replicas


def alter(connection, directory, topic, partition):
    """The error of AlterReplicaLogDirs for one partition."""
    body = struct.pack(">i", 1) + string(str(directory)) + struct.pack(">i", 1) + string(topic)
    answer = connection.call(request_header(ALTER_REPLICA_LOG_DIRS, 1, 6) + body + struct.pack(">ii", 1, partition))
    cursor = Cursor(answer)
    cursor.take("iii"), cursor.string()
    cursor.take("ii")
    return cursor.take("h")


def wait_until_in(address, wanted, seconds):
    """Until each (topic, partition) of `wanted` lies in its directory alone."""
    deadline = time.monotonic() + seconds
    with RawConnection(address, timeout=30) as connection:
        while True:
            _, replicas = describe(connection)
            if all([r.directory for r in replicas.get(key, [])] == [str(place)] for key, place in wanted.items()):
                return
            assert time.monotonic() < deadline, f"not moved in {seconds} s: {replicas}, wanted {wanted}"
            time.sleep(0.05)


def leader_of(connection, topic, partition):
    """The leader's node id as Metadata v1 has it; -1 where there is none."""
    cursor = Cursor(connection.call(request_header(METADATA, 1, 7) + struct.pack(">i", 1) + string(topic)))
    cursor.take("i")
    for _ in range(cursor.take("i")):
        cursor.take("i"), cursor.string(), cursor.take("i"), cursor.string()
    cursor.take("ii"), cursor.take("h"), cursor.string(), cursor.take("B")
    for _ in range(cursor.take("i")):
        _, index, leader = cursor.take("hii")
        for _ in range(2):
            for _ in range(cursor.take("i")):
                cursor.take("i")
        if index == partition:
            return leader
    raise AssertionError(f"no partition {topic}-{partition}")


def reassign(folder, address, wanted, *options):
    """Runs Kafka's kafka-reassign-partitions; what it printed."""
    plan = pathlib.Path(folder) / "plan.json"
    plan.write_text(json.dumps({"version": 1, "partitions": [
        {"topic": topic, "partition": partition, "replicas": [1], "log_dirs": [str(directory)]}
        for (topic, partition), directory in wanted.items()]}))
    command = [JAVA, "-J-Dlog.level=off", TOOL, "--bootstrap-server", address]
    if "--list" not in options:
        command += ["--reassignment-json-file", str(plan)]
    done = subprocess.run(command + list(options), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{options}: {done.stdout}{done.stderr}"
    return done.stdout
