"""Starts, stops and kills one broker: `muir`, the program under test, `kafka`, Apache Kafka itself, or `kafka-3.9`, an
earlier release of it (compat-tests/disk/releases).

Both get the same server.properties, so that a test written against the one runs against the other.
"""

import base64
import ctypes
import os
import pathlib
import select
import signal
import subprocess
import time
import uuid

from free_ports import free_ports
from raw_connection import RawConnection, api_versions_request

COMPAT = pathlib.Path(__file__).resolve().parent.parent
START_SECONDS_MAX = float(os.environ.get("BROKER_START_SECONDS", "90"))
STOP_SECONDS_MAX = float(os.environ.get("BROKER_STOP_SECONDS", "60"))
POLL_SECONDS = 0.03
PR_SET_PDEATHSIG = 1
JAVA_AFTER_SIGTERM = 128 + signal.SIGTERM

SETTINGS = """\
process.roles=broker,controller
node.id={node_id}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={data}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
"""


def muir_program():
    return os.environ.get("MUIR", str(COMPAT.parent / "build" / "muir"))


def default_kind():
    return os.environ.get("BROKER_KIND", "muir")


def new_cluster_id():
    """Like Kafka's own, none that begins with a dash: the tools would take it for an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


def command_of(kind):
    """(what formats a log directory, what runs a broker): the settings file follows."""
    if kind == "muir":
        return [muir_program(), "format"], [muir_program(), "broker"]
    if kind == "kafka":
        java = str(COMPAT / "lib" / "java")
        return [java, "kafka.tools.StorageTool", "format"], [java, "kafka.Kafka"]
    if kind.startswith("kafka-"):
        old = [str(COMPAT / "lib" / "old-kafka"), kind.removeprefix("kafka-")]
        return [*old, "kafka.tools.StorageTool", "format"], [*old, "kafka.Kafka"]
    raise ValueError(f"no such kind of broker: {kind}")


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(pid, seconds):
    """True once the process has ended; waits for that event, at most `seconds`."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


class Broker:
    """One broker on one directory.  Ports and cluster id stay the same over restarts, whichever kind starts next."""

    def __init__(self, directory, kind=None, settings=None, node_id=1):
        self.directory = pathlib.Path(directory).resolve()
        self.kind = kind or default_kind()
        self.settings = settings or {}
        self.node_id = node_id
        self.format_options = []
        self.process = None
        self.pid_file = self.directory / "broker.pid"
        self.file = self.directory / "server.properties"
        self.log = self.directory / "broker.log"
        self.data = self.directory / "data"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, failure, *_):
        if failure:
            self.kill()
        else:
            self.stop()

    @property
    def address(self):
        for line in self.file.read_text().splitlines():
            if line.startswith("advertised.listeners="):
                return line.rsplit("/", 1)[1]
        raise RuntimeError(f"{self.file} names no listener")

    def start(self, outlives_us=False):
        """Formats the directory the first time; returns when the broker answers ApiVersions."""
        if not self.file.exists():
            self.format()
        command = command_of(self.kind)[1] + [str(self.file)]
        for key, value in self.settings.items():
            command += ["--override", f"{key}={value}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=None if outlives_us else die_with_parent, start_new_session=outlives_us)
        self.pid_file.write_text(str(self.process.pid))
        self._wait_until_ready()
        return self.address

    def format(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        port, controller_port = free_ports(2)
        self.file.write_text(SETTINGS.format(
            node_id=self.node_id, port=port, controller_port=controller_port, data=self.data))
        command = command_of(self.kind)[0] + ["--standalone", "-t", new_cluster_id(), "-c", str(self.file)]
        command += self.format_options
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, timeout=START_SECONDS_MAX)
        if done.returncode != 0:
            self.file.unlink()
            raise RuntimeError(f"format failed: {' '.join(command)}\n{done.stdout}{done.stderr}")

    def stop(self):
        """SIGTERM, a clean shutdown; one that takes too long, or ends with an error, is a failure."""
        pid = self._pid()
        os.kill(pid, signal.SIGTERM)
        if not wait_for_end(pid, STOP_SECONDS_MAX):
            self.kill()
            raise RuntimeError(f"{self.kind} did not stop within {STOP_SECONDS_MAX:.0f} s of SIGTERM\n{self.log_tail()}")
        status = self._forget()
        if status not in (None, 0) and not (self.kind.startswith("kafka") and status == JAVA_AFTER_SIGTERM):
            raise RuntimeError(f"{self.kind} ended with status {status} after SIGTERM\n{self.log_tail()}")

    def kill(self):
        """kill -9; returns when the process is gone."""
        if not self.pid_file.exists():
            return
        pid = self._pid()
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        wait_for_end(pid, STOP_SECONDS_MAX)
        self._forget()

    def log_tail(self, lines=40):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _pid(self):
        return self.process.pid if self.process else int(self.pid_file.read_text())

    def _forget(self):
        status = self.process.wait() if self.process else None
        self.process = None
        self.pid_file.unlink(missing_ok=True)
        return status

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                status = self._forget()
                raise RuntimeError(f"{self.kind} ended with status {status} while starting\n{self.log_tail()}")
            if self._answers():
                return
            time.sleep(POLL_SECONDS)
        self.kill()
        raise RuntimeError(f"{self.kind} was not ready within {START_SECONDS_MAX:.0f} s\n{self.log_tail()}")

    def _answers(self):
        try:
            with RawConnection(self.address, timeout=5.0) as connection:
                answer = connection.call(api_versions_request())
        except OSError:
            return False
        return answer is not None and len(answer) > 6
