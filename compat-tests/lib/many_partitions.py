"""Requests that name many partitions at once, for brokers that host thousands."""

import struct
import time

import kafka_messages as kafka
from raw_connection import request_header

PATIENCE_SECONDS = 600.0
TIMEOUT_MS = 120_000
DELETE_TOPICS, FETCH = 20, 1
POLL_SECONDS = 0.05
FETCH_BYTES_MAX = 64 << 20


def topics_of(partitions, a_topic):
    """[(name, partitions), ...] with so many partitions in all."""
    return [(f"many-{i:05}", a_topic) for i in range(partitions // a_topic)]


def in_groups(things, size):
    return [things[i:i + size] for i in range(0, len(things), size)]


def create(connection, topics):
    """{topic: error} of those that were not created."""
    body = struct.pack(">i", len(topics))
    for name, partitions in topics:
        body += kafka.string(name) + struct.pack(">ihii", partitions, 1, 0, 0)
    body += struct.pack(">i?", TIMEOUT_MS, False)
    cursor = kafka.Cursor(connection.call(request_header(kafka.CREATE_TOPICS, 2, 10) + body))
    cursor.take("ii")
    errors = {}
    for _ in range(cursor.take("i")):
        name = cursor.string()
        errors[name] = cursor.take("h")
        cursor.string()
    return {name: error for name, error in errors.items() if error != 0}


def delete(connection, topics):
    """{topic: error} of those that were not deleted."""
    body = struct.pack(">i", len(topics)) + b"".join(kafka.string(name) for name, _ in topics)
    cursor = kafka.Cursor(connection.call(request_header(DELETE_TOPICS, 1, 11) + body + struct.pack(">i", TIMEOUT_MS)))
    cursor.take("ii")
    errors = {cursor.string(): cursor.take("h") for _ in range(cursor.take("i"))}
    return {name: error for name, error in errors.items() if error != 0}


def _by_partition(topics, of_one):
    body = struct.pack(">i", len(topics))
    for name, partitions in topics:
        body += kafka.string(name) + struct.pack(">i", partitions)
        body += b"".join(of_one(name, partition) for partition in range(partitions))
    return body


def ends(connection, topics):
    """{(topic, partition): (error, end of its log)}"""
    body = struct.pack(">i", -1) + _by_partition(topics, lambda _, partition: struct.pack(">iq", partition, kafka.LATEST))
    request = request_header(kafka.LIST_OFFSETS, kafka.LIST_OFFSETS_VERSION, 9) + body
    cursor = kafka.Cursor(connection.call(request))
    cursor.take("i")
    found = {}
    for _ in range(cursor.take("i")):
        name = cursor.string()
        for _ in range(cursor.take("i")):
            partition, error, _, end = cursor.take("ihqq")
            found[name, partition] = (error, end)
    return found


def wait_until_open(connection, topics, patience=PATIENCE_SECONDS):
    """Until every partition has a leader that answers: Kafka opens their logs after it has said that they are created."""
    deadline = time.monotonic() + patience
    for group in in_groups(topics, 100):
        while any(error != 0 for error, _ in ends(connection, group).values()):
            if time.monotonic() > deadline:
                raise TimeoutError("not all partitions are led")
            time.sleep(POLL_SECONDS)


def produce(connection, topics, records_of, acks=-1):
    """{(topic, partition): error} of those that refused `records_of(topic, partition)`."""
    def of_one(name, partition):
        records = records_of(name, partition)
        return struct.pack(">ii", partition, len(records)) + records

    body = struct.pack(">hhi", -1, acks, TIMEOUT_MS) + _by_partition(topics, of_one)
    cursor = kafka.Cursor(connection.call(request_header(kafka.PRODUCE, 3, 7) + body))
    cursor.take("i")
    errors = {}
    for _ in range(cursor.take("i")):
        name = cursor.string()
        for _ in range(cursor.take("i")):
            partition, error, _, _ = cursor.take("ihqq")
            errors[name, partition] = error
    return {where: error for where, error in errors.items() if error != 0}


def fetch(connection, topics):
    """{(topic, partition): (error, bytes of the records)} from the beginning of each."""
    body = struct.pack(">iiiib", -1, 0, 0, FETCH_BYTES_MAX, 0)
    body += _by_partition(topics, lambda _, partition: struct.pack(">iqi", partition, 0, 1 << 20))
    cursor = kafka.Cursor(connection.call(request_header(FETCH, 4, 12) + body))
    cursor.take("ii")
    found = {}
    for _ in range(cursor.take("i")):
        name = cursor.string()
        for _ in range(cursor.take("i")):
            partition, error, _, _ = cursor.take("ihqq")
            for _ in range(max(cursor.take("i"), 0)):
                cursor.take("qq")
            size = cursor.take("i")
            found[name, partition] = (error, cursor.data[cursor.at:cursor.at + max(size, 0)])
            cursor.at += max(size, 0)
    return found


def metadata_of_all(connection):
    """(milliseconds, bytes) of an answer that names every topic."""
    began = time.monotonic()
    answer = connection.call(request_header(kafka.METADATA, kafka.METADATA_VERSION, 13) + struct.pack(">i", -1))
    return (time.monotonic() - began) * 1000, len(answer)
