"""A small ext4 of its own in a file: what a test may fill up, and whose power it may cut.  Needs root and loop devices."""

import os
import pathlib
import shutil
import subprocess
import time

MIB = 1 << 20


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


def is_possible():
    return os.geteuid() == 0 and pathlib.Path("/dev/loop-control").exists() and shutil.which("mkfs.ext4") is not None


class LoopDisk:
    """The image lies in `folder`, the file system is mounted at `folder`/disk."""

    def __init__(self, folder, size_mib):
        self.folder, self.mount_point = folder, folder / "disk"
        self.image, self.generation = folder / "image-0", 0
        self.mount_point.mkdir(parents=True)
        with open(self.image, "wb") as file:
            file.truncate(size_mib * MIB)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", self.image)
        self._mount()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._unmount()

    def cut_power(self, kill):
        """What was synced is kept; of the rest, what write-back had got to.  `kill` ends whoever uses the file system."""
        self.generation += 1
        after = self.folder / f"image-{self.generation}"
        while True:  # Again, should anything be written back meanwhile: no disk is copied while it changes.
            before = os.stat(self.image).st_mtime_ns
            _run("cp", "--sparse=always", self.image, after)
            if os.stat(self.image).st_mtime_ns == before:
                break
        kill()
        self._unmount()
        self.image.unlink()
        self.image = after
        self._mount()

    def _mount(self):
        # Nothing reaches the image before it is synced, if it can be helped: that is what a cut is to lose.
        _run("mount", "-o", "loop,commit=300", self.image, self.mount_point)

    def _unmount(self):
        for _ in range(100):
            if subprocess.run(["umount", self.mount_point], capture_output=True, timeout=60).returncode == 0:
                return
            time.sleep(0.05)  # A process that was killed lets go a moment later.
        _run("umount", self.mount_point)
