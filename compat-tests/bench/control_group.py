"""Counts the processor time of one process and its threads: by a control group of its own, or, where none can be made,
by /proc/PID/stat, whose ticks of 10 ms are coarse but honest over seconds."""

import os
import pathlib

V1 = pathlib.Path("/sys/fs/cgroup/cpuacct")
V2 = pathlib.Path("/sys/fs/cgroup")


class ControlGroup:
    """`usage_file` is what `muir bench --cpu-of` reads; `kind` says to a person what it is."""

    def __init__(self, name, pid):
        self.directory = None
        self.kind, self.usage_file = "/proc/PID/stat (no control group can be made here)", f"/proc/{pid}/stat"
        for root, file in ((V1, "cpuacct.usage"), (V2, "cpu.stat")):
            if self._move(root / name, file, pid):
                break

    def _move(self, directory, file, pid):
        try:
            directory.mkdir(exist_ok=True)
            usage = directory / file
            if not usage.exists():
                directory.rmdir()
                return False
            (directory / "cgroup.procs").write_text(str(pid))
        except OSError:
            return False
        self.directory, self.usage_file, self.kind = directory, str(usage), f"control group, {file}"
        return True

    def remove(self):
        """After the process has ended."""
        if self.directory is None:
            return
        try:
            os.rmdir(self.directory)
        except OSError:
            pass  # Something of ours still runs in it: it costs nothing to leave it.
