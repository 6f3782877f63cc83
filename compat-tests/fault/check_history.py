#!/usr/bin/env python3
"""check_history.py HISTORY: what is wrong with what the clients of a broker did and saw; nothing, if it prints nothing.

A history is a line of JSON an event, in any order, each with `at`, a time of one clock:

  send   partition value           a record is on its way
  ok     partition value offset    acknowledged;  fail: certainly not written;  info: nobody knows
  poll   reader partition value offset    read; the reader with the highest number read everything once more at the end
  end    partition offset          the end offset, as the broker said at that time
  broken who why                   what must not happen to a client

Values are PRODUCER:NUMBER; within a producer and partition their numbers grow.
"""

import collections
import json
import sys

SHOWN_MAX = 10


def events(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.endswith("}\n")]


def complaints(history):
    history = sorted(history, key=lambda event: event["at"])
    by_op = collections.defaultdict(list)
    for event in history:
        by_op[event["op"]].append(event)
    yield from broken(by_op)
    yield from inconsistent_offsets(by_op)
    yield from duplicates(by_op)
    yield from lost(by_op)
    yield from never_sent(by_op)
    yield from failed_but_seen(by_op)
    yield from reordered(by_op)
    yield from skipped(by_op)
    yield from ends(history)


def final_polls(by_op):
    last = max((event["reader"] for event in by_op["poll"]), default=None)
    return [event for event in by_op["poll"] if event["reader"] == last]


def place(event):
    return f"{event['partition']}@{event['offset']}"


def broken(by_op):
    for event in by_op["broken"]:
        yield f"broken: {event['who']}: {event['why']}"


def inconsistent_offsets(by_op):
    """One offset is one record: for whom it was acknowledged, and for everybody who read it, at any time."""
    values = collections.defaultdict(set)
    for event in by_op["ok"] + by_op["poll"]:
        values[event["partition"], event["offset"]].add(event["value"])
    for (partition, offset), seen in sorted(values.items()):
        if len(seen) > 1:
            yield f"inconsistent: {partition}@{offset} is {' and '.join(sorted(seen))}"


def duplicates(by_op):
    """A record stands at one offset; acknowledgements count too."""
    offsets = collections.defaultdict(set)
    for event in by_op["ok"] + by_op["poll"]:
        offsets[event["value"]].add((event["partition"], event["offset"]))
    for value, seen in sorted(offsets.items()):
        if len(seen) > 1:
            yield f"duplicate: {value} is at " + " and ".join(f"{p}@{o}" for p, o in sorted(seen))


def lost(by_op):
    """Whatever was acknowledged, or read by anybody, is still there at the end."""
    there = {event["value"] for event in final_polls(by_op)}
    gone = {event["value"]: event for event in by_op["ok"] + by_op["poll"] if event["value"] not in there}
    for value, event in sorted(gone.items()):
        yield f"lost: {value}, {'acknowledged' if event['op'] == 'ok' else 'read'} at {place(event)}"


def never_sent(by_op):
    sent = {(event["partition"], event["value"]) for event in by_op["send"]}
    for event in by_op["poll"]:
        if (event["partition"], event["value"]) not in sent:
            yield f"never sent: {event['value']}, read at {place(event)}"


def failed_but_seen(by_op):
    failed = {event["value"] for event in by_op["fail"]}
    for event in by_op["poll"]:
        if event["value"] in failed:
            yield f"failed but seen: {event['value']} at {place(event)}"


def reordered(by_op):
    """In a partition the records of a producer stand in the order of sending."""
    last = {}
    for event in sorted(final_polls(by_op), key=lambda event: (event["partition"], event["offset"])):
        producer, number = event["value"].split(":")
        before = last.get((producer, event["partition"]), -1)
        if int(number) < before:
            yield f"reordered: {event['value']} at {place(event)} stands behind {producer}:{before}"
        last[producer, event["partition"]] = int(number)


def skipped(by_op):
    """A reader is given every offset once, in order: producers here write no control records and nothing is compacted."""
    last = {}
    for event in by_op["poll"]:
        reader = event["reader"], event["partition"]
        expected = last.get(reader, -1) + 1
        if event["offset"] != expected:
            yield f"skipped: reader {event['reader']} was given {place(event)}, expected offset {expected}"
        last[reader] = event["offset"]


def ends(history):
    """The end offset never goes back, and lies behind all that was acknowledged or read before it was asked for."""
    floor = collections.defaultdict(int)
    for event in history:
        if event["op"] in ("ok", "poll"):
            floor[event["partition"]] = max(floor[event["partition"]], event["offset"] + 1)
        elif event["op"] == "end":
            if event["offset"] < floor[event["partition"]]:
                yield f"end went back: partition {event['partition']} ends at {event['offset']}, was {floor[event['partition']]}"
            floor[event["partition"]] = max(floor[event["partition"]], event["offset"])


def main():
    history = events(sys.argv[1])
    counts = collections.Counter(event["op"] for event in history)
    print("events: " + ", ".join(f"{count} {op}" for op, count in sorted(counts.items())))
    found = list(complaints(history))
    print("\n".join(found[:SHOWN_MAX]))
    if len(found) > SHOWN_MAX:
        print(f"and {len(found) - SHOWN_MAX} more")
    return 1 if found or not counts["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
