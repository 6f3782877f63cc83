"""What must be on the disk, and be served, after all that was acknowledged: the model of turns_test.py.

It believes nobody: records come from the producers' side, batches from kafka-dump-log, and what a batch was once it
must be for ever, except where a topic is compacted or its records are deleted.
"""

import re

from log_state import Replay, checkpoint, read_dump

RECORD = re.compile(r"(\S+-\d+) @(\d+) (.*)")
LOG = re.compile(r"log (\S+) \[(\d+), (\d+)\)")
INTERNAL = "__"


class Log:
    """What has to be in one partition."""

    def __init__(self):
        self.records = {}  # offset: [outcome, time, key, value and headers as the dump says them]
        self.batches = {}  # base offset: Batch, of all that were ever seen
        self.markers = {}
        self.start = 0     # Below it nothing has to be there.
        self.is_compacted = False
        self.is_trimmed = False
        self.loses_batches_unseen = False  # Some are gone before anybody could look.


class Model:
    def __init__(self, log_dirs):
        self.log_dirs = log_dirs
        self.logs = {}
        self.lines_read = 0

    def log(self, name):
        return self.logs.setdefault(name, Log())

    def forget(self, topic):
        for name in [name for name in self.logs if name.rsplit("-", 1)[0] == topic]:
            del self.logs[name]

    def take(self, file):
        """What the producers have added to the file of acknowledged records."""
        lines = file.read_text().splitlines() if file.exists() else []
        for line in lines[self.lines_read:]:
            outcome, rest = line.split(" ", 1)
            name, offset, said = RECORD.fullmatch(rest).groups()
            records = self.log(name).records
            assert int(offset) not in records, f"acknowledged twice: {line}"
            records[int(offset)] = outcome, said
        self.lines_read = len(lines)

    def abort_open(self):
        """What was left open is aborted by its producer's successor."""
        for log in self.logs.values():
            log.records.update({offset: ("aborted", said) for offset, (outcome, said) in log.records.items() if outcome == "open"})

    # What a broker serves.

    def check_served(self, file):
        """Returns how many records were compared."""
        begins, stable, committed, everything = {}, {}, {}, {}
        for line in file.read_text().splitlines():
            if found := LOG.fullmatch(line):
                begins[found[1]] = int(found[2])
            elif line.startswith("stable "):
                _, name, offset = line.split()
                stable[name] = int(offset)
            elif line.startswith("committed ") and (found := RECORD.fullmatch(line.removeprefix("committed "))):
                committed.setdefault(found[1], {})[int(found[2])] = found[3]
            elif found := RECORD.fullmatch(line):
                everything.setdefault(found[1], {})[int(found[2])] = found[3]
        for name, log in self.logs.items():
            if name.startswith(INTERNAL):
                continue
            assert begins[name] == log.start or log.loses_batches_unseen, f"{name} begins at {begins[name]}, not at {log.start}"
            readable = {offset: record for offset, record in log.records.items() if offset >= begins[name]}
            self._compare(name, log, everything.get(name, {}), readable, ("plain", "committed", "aborted", "open"))
            below = {offset: record for offset, record in readable.items() if offset < stable[name]}
            assert all(record[0] != "open" for record in below.values()), f"{name}: stable up to {stable[name]}"
            self._compare(name, log, committed.get(name, {}), below, ("plain", "committed"))
        return sum(map(len, everything.values()))

    @staticmethod
    def _compare(name, log, served, wanted, outcomes):
        wanted = {offset: record for offset, record in wanted.items() if record[0] in outcomes}
        for offset, said in served.items():
            assert offset in wanted, f"{name}: nobody wrote what is served at {offset}: {said[:200]}"
            assert said == wanted[offset][1], f"{name} at {offset}: served {said[:200]}, wanted {wanted[offset][1][:200]}"
        kept = {offset: record for offset, record in wanted.items() if record[0] != "aborted"}  # Nobody's last value.
        needed = last_of_each_key(kept) if log.is_compacted else wanted
        missing = [offset for offset in needed if offset not in served]
        assert not missing, f"{name}: {len(missing)} records are not served: {missing[:20]}"

    # What lies on the disk.

    def check_disk(self, dump, is_clean):
        """`dump`: what kafka-dump-log said of all directories.  Returns how many batches were looked at."""
        partitions = {}
        for path, partition in read_dump(dump).items():
            name = partition.folder.name
            assert name not in partitions, f"{name} lies in two directories: {path} and {partitions[name].folder}"
            partitions[name] = partition
        for name in self.logs:
            assert name in partitions, f"{name} is in none of {self.log_dirs}"
        for name, partition in partitions.items():
            try:
                self._check_partition(name, partition, is_clean)
            except AssertionError as error:
                raise AssertionError(f"{partition.folder}: {error}") from None
        for directory in self.log_dirs:
            check_checkpoints(directory, partitions, is_clean)
        return sum(len(partition.batches) for partition in partitions.values())

    def _check_partition(self, name, partition, is_clean):
        log = self.logs.get(name)
        if log is None and not name.startswith(INTERNAL):
            return
        log = log or self.log(f"{name}")
        log.is_compacted |= name.startswith(INTERNAL)
        check_batches(log, partition)
        check_epochs(log, partition, partition.end if is_clean else recovery_point_of(partition))
        log.batches.update({batch.base: batch for batch in partition.batches if log.batches.get(batch.base) is None})
        log.markers.update(partition.markers)
        if not log.loses_batches_unseen:
            check_snapshots(log, partition, is_clean)
            check_aborted(log, partition)
        if name.startswith(INTERNAL):
            log.start = partition.start
            log.records = {}


def last_of_each_key(records):
    """The offsets of the last record of each key, those that only say that it is gone left out."""
    last = {}
    for offset in sorted(records):
        _, key, value = records[offset][1].split(" ")[:3]
        last[key] = offset, value
    return [offset for offset, value in last.values() if value != "null"]


def check_batches(log, partition):
    before = -1
    for batch in partition.batches:
        assert batch.base > before and batch.last >= batch.base, f"out of order behind {before}: {batch}"
        assert log.is_compacted or before == -1 or batch.base == before + 1, f"a gap behind {before}: {batch}"
        before = batch.last
        was = log.batches.get(batch.base)
        assert was is None or was == batch or log.is_compacted, f"a batch has changed: {was} is now {batch}"
    if log.is_compacted or log.loses_batches_unseen:
        return
    there = {batch.base for batch in partition.batches}
    gone = [batch for batch in log.batches.values() if batch.last >= log.start and batch.base not in there]
    assert not gone, f"{len(gone)} batches are gone: {gone[:3]}"


def recovery_point_of(partition):
    return checkpoint(partition.folder.parent / "recovery-point-offset-checkpoint").get(partition.folder.name, 0)


def check_epochs(log, partition, below):
    """Recovery reads the epochs of the batches from the recovery point on out of them."""
    entries = partition.epochs()
    assert entries == sorted(set(entries)) and len({epoch for epoch, _ in entries}) == len(entries), f"leader epochs {entries}"
    starts = [start for _, start in entries]
    assert starts == sorted(starts), f"leader epochs {entries}"
    # The epochs of deleted records are gone.
    batches = [batch for batch in partition.batches if batch.base >= log.start and batch.last < below]
    for batch in batches:
        epoch = max((entry for entry in entries if entry[1] <= batch.base), default=None)
        assert epoch and epoch[0] == batch.leader_epoch, f"leader epochs {entries} beside {batch}"
    for before, after in zip(batches, batches[1:]):
        exact = before.leader_epoch == after.leader_epoch or log.is_compacted
        assert exact or (after.leader_epoch, after.base) in entries, f"leader epochs {entries} beside {after}"


def replayed(log, end):
    replay = Replay()
    for base in sorted(log.batches):
        batch = log.batches[base]
        if batch.last < end:
            replay.add(batch, log.markers.get(base))
    return replay


def check_snapshots(log, partition, is_clean):
    """Of a log that is compacted or trimmed the last only: what went before anybody looked is missing from earlier ones."""
    if is_clean and (log.batches or partition.start > 0):
        assert partition.end in partition.snapshots or partition.end == 0, f"no snapshot at {partition.end}: {sorted(partition.snapshots)}"
    for end, producers in partition.snapshots.items():
        if (log.is_compacted or log.is_trimmed) and end != partition.end:
            continue
        wanted = replayed(log, end).producers
        if log.is_compacted:  # A batch of which the cleaner has kept a part has another time than it had.
            producers, wanted = ({key: one._replace(timestamp=0) for key, one in some.items()} for some in (producers, wanted))
        assert producers == wanted, f"snapshot {end}: {different(producers, wanted)}"


def check_aborted(log, partition):
    if log.is_compacted:  # An index entry goes with the last record that it hides.
        for producer_id, first, last, stable in partition.aborted:
            begun, ended = log.records.get(first, ("internal",))[0], log.records.get(last)
            assert begun in ("aborted", "internal") and ended is None, f"{producer_id} has not aborted [{first}, {last}]: {begun}"
            assert first <= stable <= last + 1 <= partition.end, f"{producer_id}, [{first}, {last}]: stable up to {stable}"
        return
    wanted = replayed(log, partition.end).aborted
    seen, wanted = dict(enumerate(partition.aborted)), dict(enumerate(entry for entry in wanted if entry[2] >= partition.start))
    # Apache Kafka that moves a log appends many batches at once, and looks for open transactions at the end of them all.
    for number, entry in seen.items():
        if number in wanted and wanted[number][3] < entry[3] <= partition.end:
            wanted[number] = *wanted[number][:3], entry[3]
    assert seen == wanted, f"aborted transactions {different(seen, wanted)}"


def different(seen, wanted):
    return {key: (seen.get(key), wanted.get(key)) for key in seen.keys() | wanted.keys() if seen.get(key) != wanted.get(key)}


def check_checkpoints(directory, partitions, is_clean):
    """A clean stop leaves every log synced and committed up to its end."""
    here = {name: partition for name, partition in partitions.items() if partition.folder.parent == directory}
    assert (directory / ".kafka_cleanshutdown").exists() == is_clean, f"{directory}: .kafka_cleanshutdown"
    cleaned = checkpoint(directory / "cleaner-offset-checkpoint")
    for name, offset in cleaned.items():
        assert name in here and offset <= here[name].end, f"{directory}: {name} is clean up to {offset}"
    if not is_clean:
        return
    for file in ("recovery-point-offset-checkpoint", "replication-offset-checkpoint"):
        offsets = checkpoint(directory / file)
        wrong = {name: (offsets.get(name), partition.end) for name, partition in here.items() if offsets.get(name) != partition.end}
        assert not wrong, f"{directory / file}: {wrong}"
    for name, start in checkpoint(directory / "log-start-offset-checkpoint").items():
        assert name in here and here[name].start <= start <= here[name].end, f"{directory}: {name} starts at {start}"
