"""What kafka-dump-log says of partitions on a disk, and a naive replay of it: which producers there are and which
transactions were aborted, as the batches alone tell.  A producer snapshot or a transaction index must say the same."""

import pathlib
import re
import typing

FIELD = re.compile(r"(\w+): (OptionalLong\S*|\S+)")
MARKER = re.compile(r"^\| offset: (\d+) .*endTxnMarker: (COMMIT|ABORT) coordinatorEpoch: (-?\d+)")
NO_PRODUCER = -1


class Batch(typing.NamedTuple):
    """Everything that a batch has, but where it stands."""

    base: int
    last: int
    count: int
    base_sequence: int
    last_sequence: int
    producer_id: int
    producer_epoch: int
    leader_epoch: int
    is_transactional: str
    is_control: str
    horizon: str
    timestamp: str
    size: int
    magic: int
    codec: str
    crc: int


class Producer(typing.NamedTuple):
    """A line of a producer snapshot."""

    epoch: int
    coordinator_epoch: int
    first_offset_of_transaction: str
    timestamp: int
    last_batch: tuple  # First and last sequence, last offset; () where none is remembered.


class Partition:
    """One log as it lies on the disk."""

    def __init__(self, folder):
        self.folder = folder
        self.batches = []
        self.markers = {}     # offset: (COMMIT or ABORT, coordinator epoch)
        self.snapshots = {}   # offset: {producer id: Producer}
        self.aborted = []     # (producer id, first offset, last offset, last stable offset)

    @property
    def start(self):
        """Where the first segment begins."""
        return min(int(path.stem) for path in self.folder.glob("*.log"))

    @property
    def active(self):
        return max(int(path.stem) for path in self.folder.glob("*.log"))

    @property
    def end(self):
        return max(self.active, self.batches[-1].last + 1 if self.batches else 0)

    def epochs(self):
        """[(epoch, start offset)] of leader-epoch-checkpoint."""
        return [tuple(map(int, line.split())) for line in checkpoint_lines(self.folder / "leader-epoch-checkpoint")]


def checkpoint_lines(file):
    return file.read_text().splitlines()[2:] if file.exists() else []


def checkpoint(file):
    """{partition as its folder is called: offset}"""
    entries = (line.rsplit(" ", 2) for line in checkpoint_lines(file))
    return {f"{topic}-{partition}": int(offset) for topic, partition, offset in entries}


def fields(line):
    return {key: value for key, value in FIELD.findall(line)}


def batch_of(line):
    said = fields(line)
    numbers = ("baseOffset", "lastOffset", "count", "baseSequence", "lastSequence", "producerId", "producerEpoch",
               "partitionLeaderEpoch")
    kind = "CreateTime" if "CreateTime" in said else "LogAppendTime"
    return Batch(*(int(said[name]) for name in numbers), said["isTransactional"], said["isControl"], said["deleteHorizonMs"],
                 f"{kind}={said[kind]}", int(said["size"]), int(said["magic"]), said["compresscodec"], int(said["crc"]))


def producer_of(line):
    said = fields(line)
    last = tuple(int(said[name]) for name in ("firstSequence", "lastSequence", "lastOffset")) if "lastOffset" in said else ()
    return int(said["producerId"]), Producer(int(said["producerEpoch"]), int(said["coordinatorEpoch"]),
                                             said["currentTxnFirstOffset"], int(said["lastTimestamp"]), last)


def read_dump(file):
    """{path of a partition's folder: Partition} of a `state` of muir.compat.Remote."""
    partitions, partition, snapshot = {}, None, None
    for line in file.read_text(errors="replace").splitlines():
        if line.startswith("Dumping "):
            path = pathlib.Path(line.removeprefix("Dumping "))
            partition = partitions.setdefault(str(path.parent), Partition(path.parent))
            snapshot = partition.snapshots.setdefault(int(path.stem), {}) if path.suffix == ".snapshot" else None
        elif line.startswith("baseOffset: "):
            partition.batches.append(batch_of(line))
        elif marker := MARKER.match(line):
            partition.markers[int(marker[1])] = marker[2], int(marker[3])
        elif line.startswith("producerId: "):
            producer_id, producer = producer_of(line)
            snapshot[producer_id] = producer
        elif line.startswith("version: "):
            said = fields(line)
            partition.aborted.append(tuple(int(said[name]) for name in ("producerId", "firstOffset", "lastOffset", "lastStableOffset")))
    return partitions


class Replay:
    """What follows from batches, each once and in the order of their offsets."""

    def __init__(self):
        self.producers = {}
        self.open = {}  # producer id: first offset of its transaction
        self.aborted = []

    def add(self, batch, marker):
        if batch.producer_id == NO_PRODUCER:
            return
        before = self.producers.get(batch.producer_id)
        if marker is None:
            self._data(batch, before)
        else:
            self._marker(batch, marker, before)

    def _data(self, batch, before):
        if batch.is_transactional == "true":
            self.open.setdefault(batch.producer_id, batch.base)
        self.producers[batch.producer_id] = Producer(
            batch.producer_epoch, before.coordinator_epoch if before else -1, self._first_offset(batch.producer_id),
            int(batch.timestamp.split("=")[1]), (batch.base_sequence, batch.last_sequence, batch.last))

    def _marker(self, batch, marker, before):
        first = self.open.pop(batch.producer_id, None)
        if first is not None and marker[0] == "ABORT":
            self.aborted.append((batch.producer_id, first, batch.last, min([*self.open.values(), batch.last + 1])))
        remembered = before.last_batch if before and before.epoch == batch.producer_epoch else ()
        self.producers[batch.producer_id] = Producer(batch.producer_epoch, marker[1], "OptionalLong.empty",
                                                     int(batch.timestamp.split("=")[1]), remembered)

    def _first_offset(self, producer_id):
        return f"OptionalLong[{self.open[producer_id]}]" if producer_id in self.open else "OptionalLong.empty"
