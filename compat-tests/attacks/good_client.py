"""A client that has logged in and goes about its business while others attack: it writes a small record, reads it back,
and notes how long that took."""

import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
sys.path.insert(0, str(HERE.parent / "security"))

import kafka_messages as kafka  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from raw_login import authenticate, handshake, plain  # noqa: E402
from record_batch import record_batch  # noqa: E402

PATIENCE_SECONDS = 30


class GoodClient:
    def __init__(self, address, user, password, topic):
        self.address, self.user, self.password, self.topic = address, user, password, topic
        self.written = 0
        self.connection = self.log_in()

    def log_in(self):
        connection = RawConnection(self.address, PATIENCE_SECONDS)
        handshake(connection, "PLAIN")
        error = authenticate(connection, plain(self.user, self.password))[0]
        assert error == 0, error
        return connection

    def round(self):
        """How many seconds it took; anything but the record that was written is an error."""
        value = f"record {self.written}".encode()
        began = time.perf_counter()
        said = kafka.produce(self.connection, self.topic, 0, record_batch([value], int(time.time() * 1000)))
        assert said is not None and said.error == 0 and said.base_offset == self.written, said
        error, _, records = kafka.fetch(self.connection, self.topic, 0, said.base_offset)
        took = time.perf_counter() - began
        assert error == 0 and value in records, (error, value, records)
        self.written += 1
        return took

    def work(self, seconds, pause=0.001):
        """The seconds of every round within the time."""
        took = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            took.append(self.round())
            time.sleep(pause)
        return took

    def check_all(self):
        """A new login works, and the log holds what was written and nothing else."""
        self.connection.socket.close()
        self.connection = self.log_in()
        error, end = kafka.offset_at(self.connection, self.topic, 0, kafka.LATEST)
        assert (error, end) == (0, self.written), (error, end, self.written)


def percentile(took, share):
    return sorted(took)[min(len(took) - 1, int(len(took) * share))]
