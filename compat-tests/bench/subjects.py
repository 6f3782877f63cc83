"""What is measured: Muir, Apache Kafka, and the floor of the machine.  Each runs in a control group of its own and is
stopped with SIGSTOP while another is measured: it keeps its memory and takes no time."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from broker_process import Broker  # noqa: E402
from control_group import ControlGroup  # noqa: E402
from free_ports import free_ports  # noqa: E402

BUILD = HERE.parent.parent / "build"
MUIR = os.environ.get("MUIR", str(BUILD / "muir"))
FLOOR = str(BUILD / "bench_floor")
KAFKA_HEAP = "1g"
# The same for both brokers.  Deleted topics are to leave the disk and the page cache soon.
SETTINGS = {"log.segment.delete.delay.ms": "500", "log.retention.check.interval.ms": "300000",
            "offsets.topic.num.partitions": "50",
            # A stopped broker is not to be taken for a dead one when it goes on.
            "broker.session.timeout.ms": "3600000"}


class BenchFailed(Exception):
    """The driver found a wrong answer, or could not run."""


class Subject:
    """`delete`: whether topics are deleted by request; the floor forgets the old one when it gets a new one."""

    def __init__(self, name, directory, deletes_topics=True):
        self.name, self.directory, self.deletes_topics = name, pathlib.Path(directory) / name, deletes_topics
        self.address = self.pid = self.group = None
        self.blocks = 0

    def started(self, pid, address):
        self.pid, self.address = pid, address
        self.group = ControlGroup(f"muir-bench-{os.getpid()}-{self.name}", pid)

    def pause(self):
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def drive(self, *options):
        """What `muir bench` measured."""
        command = [MUIR, "bench", "--json", "-b", self.address, "--cpu-of", self.group.usage_file, *map(str, options)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchFailed(f"{self.name}: {' '.join(command)}\n{done.stderr}")
        return json.loads(done.stdout)

    def status_kib(self, field):
        """A field of /proc/PID/status, such as VmRSS."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))

    def new_topic(self):
        self.blocks += 1
        return f"bench-{self.blocks}"


class BrokerSubject(Subject):
    """`settings`: in addition to those that both have."""

    def __init__(self, kind, directory, name=None, settings=None):
        super().__init__(name or kind, directory)
        self.broker = Broker(self.directory, kind, {**SETTINGS, **(settings or {})})

    def start(self):
        self.broker.start()
        self.started(self.broker.process.pid, self.broker.address)

    def stop(self):
        self.resume()
        self.broker.stop()
        self.group.remove()


@contextlib.contextmanager
def kafka_sizing():
    """The heap and the JIT that a production broker has; the tests' own runs leave the second compiler out."""
    os.environ["MUIR_JAVA_SIZING"] = (f"-Xms{KAFKA_HEAP} -Xmx{KAFKA_HEAP} -XX:+UseG1GC -XX:MaxGCPauseMillis=20 "
                                      "-XX:InitiatingHeapOccupancyPercent=35")
    try:
        yield
    finally:
        del os.environ["MUIR_JAVA_SIZING"]


class KafkaSubject(BrokerSubject):

    def __init__(self, directory, name="kafka", settings=None):
        super().__init__("kafka", directory, name, settings)

    def start(self):
        with kafka_sizing():
            super().start()


class FloorSubject(Subject):
    def __init__(self, name, directory, *options):
        super().__init__(name, directory, deletes_topics=False)
        self.options = options
        self.process = None

    def start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        port = free_ports(1)[0]
        self.process = subprocess.Popen([FLOOR, str(port), str(self.directory), *self.options])
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        self.started(self.process.pid, f"127.0.0.1:{port}")

    def stop(self):
        self.resume()
        self.process.kill()
        self.process.wait()
        self.group.remove()
