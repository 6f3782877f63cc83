"""What every suite here is, and how it runs a program that prints as it goes."""

import os
import selectors
import signal
import subprocess
import time

# Kafka's names.  The broker's own settings of a test stand below them: one node, auto-created topics.
SETTINGS = {
    "num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "100",
    "group.consumer.min.heartbeat.interval.ms": "500",
    "group.streams.min.session.timeout.ms": "100",
    "group.streams.min.heartbeat.interval.ms": "100",
    "log.segment.delete.delay.ms": "1000",
}
# Both run with an authorizer that allows what no rule denies.
AUTHORIZER = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
    "allow.everyone.if.no.acl.found": "true",
}


class Suite:
    """Tests of somebody else's, by the name of the suite."""

    name = ""
    node_id = 1
    seconds_max = 900
    own_settings = {}

    def settings(self, kind):
        return {**SETTINGS, **AUTHORIZER, **self.own_settings}

    def prepare(self):
        """Fetches and builds, once.  Raises CannotPrepare."""

    def run(self, address, excluded, selected, log):
        """Yields a Verdict for each test as it ends; `selected` (all if empty) and `excluded` are sets of
        names, `log` the file for all that the tests print."""
        raise NotImplementedError


def lines_of(command, seconds, log, cwd=None, env=None):
    """The lines that a program prints, as it prints them; all goes to the file `log` too.  The program and its
    children are killed when the time is up."""
    with open(log, "ab") as copy, subprocess.Popen(
            [str(word) for word in command], cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as process:
        try:
            for line in _until(process.stdout, time.monotonic() + seconds):
                copy.write(line)
                yield line.decode(errors="replace").rstrip("\n")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _until(stream, deadline):
    """Lines of a pipe, until it is closed or the time is up."""
    os.set_blocking(stream.fileno(), False)
    buffer = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                continue
            chunk = stream.read(65536)
            if chunk == b"":
                break
            buffer += chunk or b""
            *whole, buffer = buffer.split(b"\n")
            for line in whole:
                yield line + b"\n"
    if buffer:
        yield buffer
