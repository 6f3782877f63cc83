"""Control groups that bound a process: its memory, or its processor time.  Version 1 or 2, as the machine has them."""

import contextlib
import os
import pathlib

V1 = pathlib.Path("/sys/fs/cgroup")
V2 = pathlib.Path("/sys/fs/cgroup")
PERIOD_MICROSECONDS = 100_000


def own_groups():
    """{controller: path of this process's group in its hierarchy}"""
    groups = {}
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        groups.update({controller: path for controller in controllers.split(",")})
    return groups


class Group:
    """A group of its own for `controller`, "cpu" or "memory", with `limit`: cores or bytes.  Raises OSError where none can
    be made.  A processor's share is counted by the kernel over tenths of a second."""

    def __init__(self, controller, name, limit):
        self.is_v1 = (V1 / controller / "cgroup.procs").exists()
        hierarchy = V1 / controller if self.is_v1 else V2
        self.home = hierarchy / own_groups()[controller if self.is_v1 else ""].lstrip("/")
        self.directory = hierarchy / f"{name}-{os.getpid()}"
        self.directory.mkdir()
        try:
            self._limit(controller, limit)
        except OSError:
            self.remove()
            raise

    def stand_back(self):
        """Of a group for "cpu": what it has, it has of what nobody else wants at the moment."""
        idle = self.directory / "cpu.idle"
        if idle.exists():
            idle.write_text("1")
        else:  # Before Linux 5.15: the smallest weight there is.
            (self.directory / ("cpu.shares" if self.is_v1 else "cpu.weight")).write_text("2" if self.is_v1 else "1")

    def _limit(self, controller, limit):
        if controller == "memory":
            (self.directory / ("memory.limit_in_bytes" if self.is_v1 else "memory.max")).write_text(str(limit))
        elif self.is_v1:
            (self.directory / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
            (self.directory / "cpu.cfs_quota_us").write_text(str(int(limit * PERIOD_MICROSECONDS)))
        else:
            (self.directory / "cpu.max").write_text(f"{int(limit * PERIOD_MICROSECONDS)} {PERIOD_MICROSECONDS}")

    @contextlib.contextmanager
    def births(self):
        """Whoever is started meanwhile belongs to the group from its first instruction."""
        (self.directory / "cgroup.procs").write_text(str(os.getpid()))
        try:
            yield
        finally:
            (self.home / "cgroup.procs").write_text(str(os.getpid()))

    def kills(self):
        """How many processes the kernel has killed in it for want of memory."""
        file = self.directory / ("memory.oom_control" if self.is_v1 else "memory.events")
        for line in file.read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
        return 0

    def remove(self):
        """After its processes have ended."""
        with contextlib.suppress(OSError):
            self.directory.rmdir()
