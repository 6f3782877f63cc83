"""The loads that are compared, and what is promised of each (docs/bench.md)."""

import dataclasses

SMALL = "one record of 100 bytes a request, 500 connections"


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    load: tuple             # Options of `muir bench`.
    partitions: int
    unit: str               # "GB" or "request": what processor time is divided by.
    of_kafka_max: float     # Target: processor time, Muir's share of Kafka's.
    of_floor_max: float | None = None  # Target: of the floor's.
    over_echo_max: float | None = None  # Target: microseconds above those of the floor that writes nothing.
    fetches: bool = False

    @property
    def floor(self):
        """Which floor it is held against."""
        return "echo" if self.over_echo_max is not None else "floor"


def produce(size, count, acks, partitions):
    return Row(f"produce {size} B, acks={acks}, {partitions} partition{'s' if partitions > 1 else ''}",
               ("--mode", "produce", "--connections", "4", "--in-flight", "5", "--record-size", str(size),
                "--records-per-request", str(count), "--acks", acks),
               partitions, "GB", of_kafka_max=0.35, of_floor_max=1.6)


# Batches of some 64 KiB, between the 16 KiB that a Java producer makes by default and the 1 MiB of tuned ones.
ROWS = [
    *(produce(size, count, acks, partitions) for size, count in ((1024, 64), (100, 600))
      for acks in ("1", "all") for partitions in (1, 16)),
    Row(SMALL, ("--mode", "produce", "--connections", "500", "--in-flight", "1", "--record-size", "100",
                "--records-per-request", "1", "--keys", "10000"),
        16, "request", of_kafka_max=0.3, over_echo_max=9.0),
    Row("hot consume, 1 KiB, 4 partitions", ("--mode", "fetch", "--connections", "4"), 4, "GB", of_kafka_max=0.7,
        fetches=True),
]
# What a consume row reads: 256 MiB a subject.
FILLING = ("--mode", "produce", "--connections", "4", "--record-size", "1024", "--records-per-request", "64",
           "--records", "262144", "--duration", "120")
