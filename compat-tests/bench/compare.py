"""Runs one row against its subjects in turns, and says what came of it."""

import ratios
from subjects import BenchFailed

STEAL_MAX = 0.02
RECORDS_A_BLOCK_MAX_BYTES = 600_000_000  # So that a session does not fill the disk; topics are deleted block by block.


def steal_share():
    """(steal, all) of the machine's processor time so far."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(field) for field in stat.readline().split()[1:]]
    return fields[7], sum(fields[:8])


def per_unit(row, measured):
    """Processor time of the subject: seconds a GB, or microseconds a request."""
    counted = measured["fetch" if row.fetches else "produce"]
    if row.unit == "request":
        return measured["broker_cpu_seconds"] * 1e6 / counted["requests"]
    return measured["broker_cpu_seconds"] * 1e9 / counted["bytes"]


def throughput(row, measured):
    counted = measured["fetch" if row.fetches else "produce"]
    return counted["requests_per_second" if row.unit == "request" else "bytes_per_second"]


def block(row, subject, topic, seconds):
    """One measurement; its topic is new unless the row reads what it finds."""
    options = [*row.load, "--topic", topic, "--duration", seconds]
    if not row.fetches:
        size = int(row.load[row.load.index("--record-size") + 1]) + 10
        options += ["--create-topic", row.partitions, "--records", RECORDS_A_BLOCK_MAX_BYTES // size]
        options += ["--delete-topic"] if subject.deletes_topics else []
    stolen, total = steal_share()
    subject.resume()
    try:
        measured = subject.drive(*options)
    finally:
        subject.pause()
    now_stolen, now_total = steal_share()
    measured["steal"] = (now_stolen - stolen) / max(now_total - total, 1)
    measured["subject"] = subject.name
    return measured


def run(row, subjects, pairs, seconds, filling, tell):
    """Every block in the order of its pair: {subject's name: [measured, ...]}."""
    chosen = [subjects["kafka"], subjects["muir"], subjects[row.floor]]
    topics = {}
    for subject in chosen:
        topics[subject.name] = subject.new_topic()
        if row.fetches:
            subject.resume()
            subject.drive(*filling, "--topic", topics[subject.name], "--create-topic", row.partitions)
            subject.pause()
    blocks = {subject.name: [] for subject in chosen}
    for pair, turn in enumerate(ratios.order(chosen, pairs)):
        for subject in turn:
            if not row.fetches:
                topics[subject.name] = subject.new_topic()
            measured = block(row, subject, topics[subject.name], seconds)
            blocks[subject.name].append(measured)
            tell(f"  {row.name}, pair {pair + 1}: {subject.name} {per_unit(row, measured):.2f} "
                 f"{'us' if row.unit == 'request' else 's'} a {row.unit}, {throughput(row, measured):,.0f} a second")
    return blocks


def interval(values):
    middle, low, high = ratios.median_interval(values)
    return {"median": middle, "low": low, "high": high, "values": values}


def judge(row, blocks):
    """The row's ratios, and whether they are what was promised."""
    cost = {name: [per_unit(row, one) for one in measured] for name, measured in blocks.items()}
    speed = {name: [throughput(row, one) for one in measured] for name, measured in blocks.items()}
    verdict = {"row": row.name, "cost": cost, "throughput_of": speed,
               "of_kafka": interval(ratios.pairwise(cost["muir"], cost["kafka"])),
               "of_floor": interval(ratios.pairwise(cost["muir"], cost[row.floor])),
               "throughput": interval(ratios.pairwise(speed["muir"], speed["kafka"])),
               "floor_moved": ratios.moved(cost[row.floor])}
    targets = [("of Kafka's processor time", verdict["of_kafka"], row.of_kafka_max)]
    if row.of_floor_max is not None:
        targets.append(("of the floor's", verdict["of_floor"], row.of_floor_max))
    if row.over_echo_max is not None:
        verdict["over_echo"] = interval([a - b for a, b in zip(cost["muir"], cost[row.floor], strict=True)])
        targets.append(("us above the echo", verdict["over_echo"], row.over_echo_max))
    verdict["targets"] = [{"what": what, "limit": limit, "is_met": found["high"] <= limit, **found}
                          for what, found, limit in targets]
    verdict["targets"].append({"what": "of Kafka's throughput, not below", "limit": 1.0,
                               "is_met": verdict["throughput"]["high"] >= 1.0, **verdict["throughput"]})
    return verdict


__all__ = ["BenchFailed", "judge", "run", "STEAL_MAX"]
