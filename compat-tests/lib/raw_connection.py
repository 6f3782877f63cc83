"""A connection to a broker that sends exactly the bytes it is told to: no client library is between."""

import socket
import struct

API_VERSIONS = 18
RECEIVED_AT_ONCE_BYTES = 64 << 10


def request_header(api_key, version, correlation_id, client_id="raw"):
    """A request header v1: what every request up to its first flexible version begins with."""
    name = client_id.encode()
    return struct.pack(">hhih", api_key, version, correlation_id, len(name)) + name


def api_versions_request(version=0, correlation_id=1):
    header = request_header(API_VERSIONS, version, correlation_id)
    if version < 3:
        return header
    return header + b"\x00" + b"\x04raw" + b"\x021" + b"\x00"  # Tags, software name, its version, tags.


class RawConnection:
    """Frames out, frames in.  Every wait ends after `timeout` seconds with TimeoutError."""

    def __init__(self, address, timeout=10.0):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self.socket.settimeout(timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendall(data)

    def send(self, payload):
        self.send_raw(struct.pack(">i", len(payload)) + payload)

    def receive(self):
        """The next frame without its length; None if the broker closed the connection instead."""
        head = self._read(4)
        if head is None:
            return None
        return self._read(struct.unpack(">i", head)[0])

    def call(self, payload):
        self.send(payload)
        return self.receive()

    def _read(self, size):
        data = b""
        while len(data) < size:
            try:
                part = self.socket.recv(min(size - len(data), RECEIVED_AT_ONCE_BYTES))
            except (ConnectionResetError, BrokenPipeError):
                return None
            if not part:
                return None
            data += part
        return data
