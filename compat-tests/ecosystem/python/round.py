"""One round of a Python client: produce, consume as a group of two, commit, leave, come back.  See ../README.md.

A client is an object with `create(topic)`, `producer(codec)` and `member(topic, group)`.  A producer has `send(key,
value)` and `close()`; a member `poll()`, which returns the (partition, key, value) that came, `assigned()`, `commit()`
and `close()`.
"""

import os
import sys
import time
import uuid

PARTITIONS = 4
EACH = 200
LATER = 50
KEYS = 20
SECONDS_MAX = 60


def address():
    return os.environ["MUIR_BOOTSTRAP"]


class Deadline:
    def __init__(self):
        self.end = time.monotonic() + SECONDS_MAX

    def check(self, what):
        if time.monotonic() > self.end:
            sys.exit(f"not within {SECONDS_MAX} s: {what}")


def record(codec, number):
    return f"{codec}-{number % KEYS}", f"{codec}:{number}"


def produce(client, codec, topic, numbers):
    producer = client.producer(codec)
    for number in numbers:
        key, value = record(codec, number)
        producer.send(topic, key, value)
    producer.close()


def await_members(members):
    """Until each has partitions and none has the other's."""
    deadline, seen = Deadline(), []
    while True:
        for member in members:
            seen += member.poll()
        parts = [member.assigned() for member in members]
        if all(parts) and sum(map(len, parts)) == len(set().union(*parts)) == PARTITIONS:
            return seen
        deadline.check(f"every member has its part of the partitions: {parts}")


def consume(members, wanted, seen):
    """Until all that is wanted has come, each once, each key's values in their order."""
    deadline = Deadline()
    while len(seen) < len(wanted):
        for member in members:
            seen += member.poll()
        deadline.check(f"{len(wanted)} records, {len(seen)} came")
    if sorted((key, value) for _, key, value in seen) != sorted(wanted):
        sys.exit(f"not each record once: {len(seen)} came, {len(set(seen))} different ones")
    last = {}
    for partition, key, value in seen:
        number = int(value.split(":")[1])
        if last.get(key, (-1, partition)) >= (number, partition) or last.get(key, (-1, partition))[1] != partition:
            sys.exit(f"out of order: {key}={value} in partition {partition} after {last[key]}")
        last[key] = (number, partition)


def run(name, version, client, codecs):
    topic = f"round-{name}-{uuid.uuid4().hex[:8]}"
    group = f"of-{topic}"
    client.create(topic)
    members = [client.member(topic, group), client.member(topic, group)]
    seen = await_members(members)
    for codec in codecs:
        produce(client, codec, topic, range(EACH))
    consume(members, [record(codec, number) for codec in codecs for number in range(EACH)], seen)
    for member in members:
        member.commit()
        member.close()
    later = range(EACH, EACH + LATER)
    produce(client, codecs[0], topic, later)
    third = client.member(topic, group)
    consume([third], [record(codecs[0], number) for number in later], [])
    third.close()
    print(f"ok {name} {version}: {EACH * len(codecs)} records ({' '.join(codecs)}) by two members, {LATER} more by a third")
