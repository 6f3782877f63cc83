#!/usr/bin/env python3
"""bit_flips_test.py [ROUNDS]: one bit of one file in the log directory flips, in every kind of file once or ROUNDS times.

Between a stop and a start, and, in segments, while the broker runs and has the bytes no longer in memory.  Whatever it is,
the broker either repairs it, or refuses what it cannot answer for: with CORRUPT_MESSAGE for that batch, or with a line in its
log that says where.  It never gives a record that was not written there, never skips one in silence, and never crashes.
"""

import collections
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker  # noqa: E402
from kafka_messages import create_topic, fetch, offset_at, produce  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from record_batch import record_batch  # noqa: E402
from record_reader import Broken, batches_of  # noqa: E402

TOPIC, PARTITIONS, BATCHES, BATCH_RECORDS = "flipped", 2, 60, 3
SETTINGS = {"log.roll.ms": "20", "log.index.interval.bytes": "512", "log.initial.task.delay.ms": "1000000",
            "broker.session.timeout.ms": "1000", "broker.heartbeat.interval.ms": "200"}
CORRUPT_MESSAGE, OUT_OF_RANGE, STORAGE_ERROR = 2, 1, 56
FIRST_TIME = 1_700_000_000_000
READY_SECONDS_MAX = 30
NOT_READY = {3, 5, 6}

KINDS = {  # Where the files of a kind are, and which of them count.
    "closed segment": ("flipped-*/*.log", slice(0, -1)),
    "active segment": ("flipped-*/*.log", slice(-1, None)),
    "offset index": ("flipped-*/*.index", slice(None)),
    "time index": ("flipped-*/*.timeindex", slice(None)),
    "producer snapshot": ("flipped-*/*.snapshot", slice(None)),
    "leader epochs": ("flipped-*/leader-epoch-checkpoint", slice(None)),
    "partition.metadata": ("flipped-*/partition.metadata", slice(None)),
    "recovery points": ("recovery-point-offset-checkpoint", slice(None)),
    "log starts": ("log-start-offset-checkpoint", slice(None)),
    "high watermarks": ("replication-offset-checkpoint", slice(None)),
    "meta.properties": ("meta.properties", slice(None)),
    "clean shutdown": (".kafka_cleanshutdown", slice(None)),
    "bootstrap": ("bootstrap.checkpoint", slice(None)),
    "quorum state": ("__cluster_metadata-0/quorum-state", slice(None)),
    "metadata log": ("__cluster_metadata-0/*.log", slice(None)),
    "metadata snapshot": ("__cluster_metadata-0/*.checkpoint", slice(None)),
}


class Violation(Exception):
    """What no flipped bit may bring about."""


def write_records(address):
    """{partition: [(base offset, [value])]}, the timestamps of batch i are FIRST_TIME + i: a segment is twenty."""
    written = collections.defaultdict(list)
    with RawConnection(address, timeout=30) as connection:
        if create_topic(connection, TOPIC, PARTITIONS) != 0:
            raise RuntimeError("the topic cannot be created")
        for number in range(BATCHES):
            for partition in range(PARTITIONS):
                values = [b"%d:%d:%d:" % (partition, number, i) + b"x" * 100 for i in range(BATCH_RECORDS)]
                answer = produce(connection, TOPIC, partition, record_batch(values, FIRST_TIME + number))
                if answer.error:
                    raise RuntimeError(f"Produce: error {answer.error}")
                written[partition].append((answer.base_offset, values))
    return written


def flip(path, chance):
    data = bytearray(path.read_bytes())
    at, bit = chance.randrange(len(data)), chance.randrange(8)
    data[at] ^= 1 << bit
    path.write_bytes(data)
    return f"bit {bit} of byte {at} of {path.parent.name}/{path.name}"


def survey(address, written, log_text, may_lack_front):
    """Reads everything; how many batches were refused."""
    refused = 0
    with RawConnection(address, timeout=30) as connection:
        for partition, batches in written.items():
            for base, values in batches:
                refused += check_batch(connection, partition, base, values, log_text, may_lack_front)
            check_timestamps(connection, partition, batches, may_lack_front)
    return refused


def check_batch(connection, partition, base, values, log_text, may_lack_front):
    deadline = time.monotonic() + READY_SECONDS_MAX
    while True:
        error, _, data = fetch(connection, TOPIC, partition, base, 1)
        if error not in NOT_READY or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    if error == CORRUPT_MESSAGE or (error == OUT_OF_RANGE and may_lack_front):
        return 1
    if error == OUT_OF_RANGE and "stray" in log_text():
        return 1  # partition.metadata names another topic: the log is kept aside, and a line says so.
    if error == STORAGE_ERROR and "offline" in log_text():
        return 1
    if error:
        raise Violation(f"partition {partition}, offset {base}: error {error}")
    for _, _, records in batches_of(data):
        if records != [(base + i, value) for i, value in enumerate(values)]:
            raise Violation(f"partition {partition}, offset {base}: wrong records {records[:1]}")
        return 0
    if "stray" in log_text():
        return 1
    raise Violation(f"partition {partition}, offset {base}: nothing there")


def check_timestamps(connection, partition, batches, may_lack_front):
    for number in range(0, BATCHES, 7):
        error, offset = offset_at(connection, TOPIC, partition, FIRST_TIME + number)
        if error or may_lack_front or offset == -1:
            continue  # Refused; what is not there is found by reading.
        if offset != batches[number][0]:
            raise Violation(f"partition {partition}: time {number} is at offset {batches[number][0]}, answered {offset}")


class Rounds:
    def __init__(self, folder, chance):
        self.folder, self.chance = folder, chance
        self.golden = Broker(folder / "golden", settings=SETTINGS)
        self.verdicts = collections.Counter()

    def prepare(self):
        self.golden.start()
        self.written = write_records(self.golden.address)
        self.golden.stop()
        self.golden.start()  # A second leader epoch, and a metadata snapshot where it is due.
        self.golden.stop()

    def files_of(self, kind):
        pattern, which = KINDS[kind]
        by_folder = collections.defaultdict(list)
        for path in sorted((self.folder / "golden" / "data").glob(pattern)):
            by_folder[path.parent].append(path)
        return [path for paths in by_folder.values() for path in paths[which] if path.stat().st_size > 0]

    def between_stop_and_start(self, kind):
        files = self.files_of(kind)
        if not files:
            return
        broker = self.copy()
        path = broker.data / self.chance.choice(files).relative_to(self.folder / "golden" / "data")
        what = flip(path, self.chance)
        self.judge(kind, what, lambda: self.start_and_survey(broker, kind, path))
        broker.kill()
        shutil.rmtree(broker.directory)

    def start_and_survey(self, broker, kind, path):
        try:
            broker.start()
        except RuntimeError as failure:
            text = broker.log.read_text(errors="replace")
            if "ended with status -" in str(failure) or "was not ready" in str(failure):
                raise Violation(f"the broker crashed: {failure}") from None
            if path.name not in text and str(path.parent) not in text:
                raise Violation(f"refused to start, and did not say why: {broker.log_tail(5)}") from None
            return "refused to start"
        refused = survey(broker.address, self.written, lambda: broker.log.read_text(errors="replace"), kind == "log starts")
        broker.stop()
        return "refused" if refused else "unharmed or repaired"

    def while_running(self):
        """In a closed segment, whose bytes are then only on the disk."""
        broker = self.copy()
        broker.start()
        self.judge("before", "nothing flipped", lambda: self.survey_running(broker))
        path = broker.data / self.chance.choice(self.files_of("closed segment")).relative_to(self.folder / "golden" / "data")
        data = path.read_bytes()
        at, bit = self.chance.randrange(len(data)), self.chance.randrange(8)
        descriptor = os.open(path, os.O_RDWR)
        os.pwrite(descriptor, bytes([data[at] ^ 1 << bit]), at)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
        what = f"bit {bit} of byte {at} of {path.parent.name}/{path.name}"
        self.judge("while running", what, lambda: self.survey_running(broker))
        broker.kill()
        shutil.rmtree(broker.directory)

    def survey_running(self, broker):
        refused = survey(broker.address, self.written, lambda: broker.log.read_text(errors="replace"), False)
        if broker.process.poll() is not None:
            raise Violation("the broker crashed")
        return "refused" if refused else "unharmed"

    def copy(self):
        directory = self.folder / "flipped"
        shutil.copytree(self.golden.directory, directory)
        file = directory / "server.properties"
        file.write_text(file.read_text().replace(str(self.golden.directory), str(directory)))
        (directory / "broker.log").unlink()
        return Broker(directory, settings=SETTINGS)

    def judge(self, kind, what, examine):
        try:
            verdict = examine()
        except (Violation, Broken) as wrong:
            verdict = "WRONG"
            print(f"WRONG: {kind}, {what}: {wrong}", flush=True)
        except OSError as wrong:
            verdict = "WRONG"
            print(f"WRONG: {kind}, {what}: the connection ended: {wrong}", flush=True)
        self.verdicts[kind, verdict] += 1


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    wanted = os.environ.get("KIND", "")
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="bit-flips-") as folder:
        all_rounds = Rounds(pathlib.Path(folder), random.Random(seed))
        all_rounds.prepare()
        for _ in range(rounds):
            for kind in KINDS:
                if wanted in kind:
                    all_rounds.between_stop_and_start(kind)
            if wanted in "while running":
                all_rounds.while_running()
    for (kind, verdict), count in sorted(all_rounds.verdicts.items()):
        print(f"{kind}: {count} {verdict}")
    wrong = sum(count for (_, verdict), count in all_rounds.verdicts.items() if verdict == "WRONG")
    print(f"{sum(all_rounds.verdicts.values())} flips, {wrong} wrong")
    return 1 if wrong or not all_rounds.verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
