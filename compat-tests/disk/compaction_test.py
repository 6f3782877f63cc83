#!/usr/bin/env python3
"""The broker under test and Apache Kafka clean the same compacted log, and leave the same.

One directory is filled with keyed records, tombstones and batches of idempotent producers, and copied.  Each of the two
brokers cleans its copy; the records that survive, and the headers of the batches that they are in, must be equal.  Then
the brokers change directories: each serves what the other cleaned, a consumer sees the last value of every key, and
kafka-dump-log reads every file without a complaint.
"""

import gzip
import pathlib
import random
import shutil
import struct
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, default_kind  # noqa: E402
from crc32c import crc32c  # noqa: E402
from kafka_messages import init_producer_id, produce  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from record_batch import NO_PRODUCER, record  # noqa: E402
from remote import Remote  # noqa: E402

OURS, THEIRS = default_kind(), "kafka"
TOPIC, KEYS, BATCHES, RECORDS = "compacted", 300, 160, 100
VALUE_BYTES = 200
GZIP = 1
CLEANING = {"log.cleaner.backoff.ms": "100", "log.initial.task.delay.ms": "100"}
CLEAN_SECONDS_MAX = 120
HORIZON, ATTRIBUTES_KEPT = 0x40, 0x7F


def keyed_batch(records, timestamp_ms, producer=NO_PRODUCER, attributes=0):
    """`records`: (key, value or None), one offset after the other."""
    body = b"".join(record(delta, value, key) for delta, (key, value) in enumerate(records))
    if attributes == GZIP:
        body = gzip.compress(body)
    rest = struct.pack(">hiqqqhii", attributes, len(records) - 1, timestamp_ms, timestamp_ms, *producer, len(records)) + body
    framed = struct.pack(">ibI", -1, 2, crc32c(rest)) + rest
    return struct.pack(">qi", 0, len(framed)) + framed


def fill(remote, broker, seed):
    """Yields what the last value of each key is."""
    chance = random.Random(seed)
    remote.ask("topic", broker.address, TOPIC, 1, "cleanup.policy=compact", "segment.bytes=1048576",
               "min.cleanable.dirty.ratio=0.01", "index.interval.bytes=1000")
    last = {}
    with RawConnection(broker.address, timeout=30) as connection:
        deadline = time.monotonic() + 30
        while (identity := init_producer_id(connection))[0] != 0:
            assert time.monotonic() < deadline, f"InitProducerId: error {identity[0]}"
        sequence = 0
        for number in range(BATCHES):
            records = []
            for _ in range(RECORDS):
                key = b"key-%d" % chance.randrange(KEYS)
                value = None if chance.randrange(10) == 0 else chance.randbytes(VALUE_BYTES)
                records.append((key, value))
                last[key] = value
            producer = NO_PRODUCER
            if number % 3 == 0:
                producer, sequence = (*identity[1:], sequence), sequence + RECORDS
            batch = keyed_batch(records, int(time.time() * 1000), producer, GZIP if number % 4 == 1 else 0)
            answer = produce(connection, TOPIC, 0, batch)
            assert answer.error == 0, answer
    return {key: value for key, value in last.items() if value is not None}


def copy_of(broker, directory, kind):
    shutil.copytree(broker.directory, directory)
    copied = Broker(directory, kind, CLEANING)
    copied.file.write_text(broker.file.read_text().replace(str(broker.directory), str(copied.directory)))
    return copied


def folder_of(broker):
    return broker.data / f"{TOPIC}-0"


def active_base_offset(broker):
    return max(int(path.stem) for path in folder_of(broker).glob("*.log"))


def checkpointed_in(data, topic):
    file = data / "cleaner-offset-checkpoint"
    lines = file.read_text().splitlines()[2:] if file.exists() else []
    return {name: int(offset) for name, _, offset in map(str.split, lines)}.get(topic, 0)


def checkpointed(broker):
    return checkpointed_in(broker.data, TOPIC)


def clean(broker):
    """Runs until the cleaner says that everything below the active segment is clean."""
    wanted = active_base_offset(broker)
    broker.start()
    began = time.monotonic()
    while checkpointed(broker) < wanted:
        assert time.monotonic() < began + CLEAN_SECONDS_MAX, f"{broker.kind} has not cleaned\n{broker.log_tail()}"
        time.sleep(0.05)
    broker.stop()
    return wanted


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at


def sized(data, at):
    size, at = varint(data, at)
    return (None, at) if size < 0 else (bytes(data[at:at + size]), at + size)


def records_of(base_offset, body, count):
    at = 0
    for _ in range(count):
        size, at = varint(body, at)
        end = at + size
        _, after = varint(body, at + 1)
        delta, after = varint(body, after)
        key, after = sized(body, after)
        value, _ = sized(body, after)
        yield base_offset + delta, key, value
        at = end


def contents(broker):
    return contents_of(folder_of(broker))


def contents_of(folder):
    """(headers of the batches, records) of the whole log, as they stand on the disk."""
    headers, records = [], []
    for path in sorted(folder.glob("*.log")):
        data, at = path.read_bytes(), 0
        while at < len(data):
            base, size, epoch, magic, crc = struct.unpack_from(">qiibI", data, at)
            attributes, delta, base_time, max_time, *producer, count = struct.unpack_from(">hiqqqhii", data, at + 21)
            rest = data[at + 21:at + 12 + size]
            assert crc32c(rest) == crc, f"{path} at {at}: CRC"
            body = data[at + 61:at + 12 + size]
            if attributes & 7 == GZIP:
                body = gzip.decompress(body)
            horizon = bool(attributes & HORIZON)
            headers.append((base, base + delta, epoch, magic, attributes & ATTRIBUTES_KEPT, max_time, *producer, count,
                            None if horizon else base_time))
            records.extend(records_of(base, body, count))
            at += 12 + size
    return headers, records


def first_difference(one, other):
    pairs = list(zip(one, other))
    different = next(((a, b) for a, b in pairs if a != b), None)
    return f"{len(one)} and {len(other)}; first difference: {str(different)[:600]}"


def serve(remote, broker, kind, folder, last):
    """`kind` on what the other has cleaned."""
    served = Broker(broker.directory, kind, {"log.cleaner.enable": "false"})
    dump = folder / f"{kind}.dump"
    with served:
        remote.ask("dump", served.address, dump)
    seen = {}
    for line in dump.read_text().splitlines():
        if not line.startswith(f"{TOPIC}-0 @"):
            continue
        key, value = (None if word == "null" else bytes.fromhex(word[1:-1]) for word in line.split()[3:5])
        seen[key] = value
    seen = {key: value for key, value in seen.items() if value is not None}
    assert seen == last, f"{kind}: {len(seen)} keys and {len(last)} expected"
    remote.ask("files", served.data, "indexes", "compacted")
    print(f"ok      {kind} serves what {broker.kind} has cleaned: {len(seen)} keys", flush=True)


def main():
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed    {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="compaction-") as name, Remote() as remote:
        folder = pathlib.Path(name)
        filled = Broker(folder / "filled", OURS, {"log.cleaner.enable": "false"})
        with filled:
            last = fill(remote, filled, seed)
        before = contents(filled)
        cleaned = [copy_of(filled, folder / "ours", OURS), copy_of(filled, folder / "theirs", THEIRS)]
        ends = [clean(broker) for broker in cleaned]
        remote.ask("files", cleaned[0].data, "indexes", "compacted")
        (our_headers, our_records), (their_headers, their_records) = map(contents, cleaned)
        assert our_records == their_records, "records: " + first_difference(our_records, their_records)
        assert our_headers == their_headers, "batches: " + first_difference(our_headers, their_headers)
        assert len(our_records) < len(before[1]) / 2, f"{len(our_records)} of {len(before[1])} records are left"
        print(f"ok      {OURS} and {THEIRS} cleaned {len(before[1])} records up to {ends}, and left the same "
              f"{len(our_records)} in {len(our_headers)} batches", flush=True)
        serve(remote, cleaned[0], THEIRS, folder, last)
        serve(remote, cleaned[1], OURS, folder, last)


if __name__ == "__main__":
    main()
