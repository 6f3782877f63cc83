#!/usr/bin/env python3
"""kill_test.py LOAD [KILLS]: kill -9 under load, 20 times or KILLS times.

LOAD is the load generator; it keeps writing and reading while the broker is killed and started again on the same
directory.  In the end the checker looks at all that its clients did and saw.
"""

import os
import pathlib
import random
import sys
import tempfile
import time

from loaded_broker import LoadedBroker

ACKNOWLEDGED_MIN, ACKNOWLEDGED_MAX = 200, 2000  # Between two kills.


def kill_repeatedly(loaded, kills, chance):
    for kill in range(kills):
        loaded.wait_for_records(chance.randint(ACKNOWLEDGED_MIN, ACKNOWLEDGED_MAX))
        loaded.note_ends()
        loaded.broker.kill()
        loaded.broker.start()
        loaded.note_ends()
        print(f"killed {kill + 1} times, {loaded.progress.count} records acknowledged", flush=True)
    loaded.wait_for_records(ACKNOWLEDGED_MIN)


def main():
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else int(os.environ.get("KILLS", "20"))
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        with LoadedBroker(pathlib.Path(folder), sys.argv[1]) as loaded:
            kill_repeatedly(loaded, kills, random.Random(seed))
            loaded.finish_load()
            loaded.broker.stop()
            is_right = loaded.judge(f"{kills} kills")
    return 0 if is_right and loaded.progress.count >= kills * ACKNOWLEDGED_MIN else 1


if __name__ == "__main__":
    sys.exit(main())
