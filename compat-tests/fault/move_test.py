#!/usr/bin/env python3
"""move_test.py LOAD: replicas move between three log directories under load, MOVES rounds (6 where the environment does
not say); in every third the broker is killed amid the moves and started again.

In the end the checker looks at all that the load's clients did and saw, and every partition lies in one directory only:
the one that was asked for last.
"""

import os
import pathlib
import random
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import default_kind  # noqa: E402
from loaded_broker import PARTITIONS, TOPIC, LoadedBroker  # noqa: E402
from log_dirs import alter, describe, reassign, wait_until_in  # noqa: E402
from raw_connection import RawConnection  # noqa: E402

MOVES = int(os.environ.get("MOVES", "6"))
MOVE_SECONDS_MAX = 60
ACKNOWLEDGED_MIN = 200


def move(address, wanted):
    with RawConnection(address, timeout=30) as connection:
        for (topic, partition), directory in wanted.items():
            error = alter(connection, directory, topic, partition)
            assert error == 0, f"AlterReplicaLogDirs to {directory}: error {error}"


def move_repeatedly(loaded, directories, chance):
    broker = loaded.broker
    for number in range(MOVES):
        wanted = {(TOPIC, partition): chance.choice(directories) for partition in range(PARTITIONS)}
        move(broker.address, wanted)
        # Kafka can stop amid a swap in a state from which it does not start: two logs of one partition.
        if number % 3 == 2 and default_kind() == "muir":
            time.sleep(chance.uniform(0, 0.05))
            broker.kill()
            broker.start()
            loaded.wait_for_records(1)
            move(broker.address, wanted)
        wait_until_in(broker.address, wanted, MOVE_SECONDS_MAX)
        loaded.wait_for_records(ACKNOWLEDGED_MIN)
        print(f"{number + 1} rounds, {loaded.progress.count} records acknowledged", flush=True)


def move_with_the_tool(broker, folder, directories):
    """kafka-reassign-partitions, as an operator uses it."""
    wanted = {(TOPIC, partition): directories[0] for partition in range(PARTITIONS)}
    reassign(folder, broker.address, wanted, "--execute")
    wait_until_in(broker.address, wanted, MOVE_SECONDS_MAX)
    return wanted


def verify_with_the_tool(broker, folder, wanted):
    said = reassign(folder, broker.address, wanted, "--verify")
    assert said.count("completed") >= PARTITIONS, said
    assert "No partition reassignments found" in reassign(folder, broker.address, wanted, "--list")


def run(folder, program, chance):
    directories = [folder / name for name in ("a", "b", "c")]
    with LoadedBroker(folder, program, data=",".join(map(str, directories))) as loaded:
        broker = loaded.broker
        loaded.wait_for_records(ACKNOWLEDGED_MIN)
        move_repeatedly(loaded, directories, chance)
        wanted = move_with_the_tool(broker, folder, directories)
        loaded.finish_load()
        verify_with_the_tool(broker, folder, wanted)
        broker.stop()
        broker.start()
        wait_until_in(broker.address, wanted, 10)
        with RawConnection(broker.address, timeout=30) as connection:
            errors, replicas = describe(connection)
        assert not any(errors.values()) and not any(r.is_future for many in replicas.values() for r in many), replicas
        return loaded.judge(f"{MOVES} rounds of moves")


def main():
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="move-") as folder:
        return 0 if run(pathlib.Path(folder), sys.argv[1], random.Random(seed)) else 1


if __name__ == "__main__":
    sys.exit(main())
