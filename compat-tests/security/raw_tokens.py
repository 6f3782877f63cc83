"""The four requests of delegation tokens (KIP-48), written and read byte by byte at every version."""

import pathlib
import struct
import sys
import typing

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from kafka_messages import Cursor  # noqa: E402
from raw_connection import request_header  # noqa: E402

CREATE, RENEW, EXPIRE, DESCRIBE = 38, 39, 40, 41
VERSIONS = {CREATE: (1, 2, 3), RENEW: (1, 2), EXPIRE: (1, 2), DESCRIBE: (1, 2, 3)}
FLEXIBLE = 2  # Since.
WITH_OWNER = 3  # Since; KIP-373.

NONE, UNKNOWN_SERVER_ERROR = 0, -1
AUTH_DISABLED, NOT_FOUND, OWNER_MISMATCH, REQUEST_NOT_ALLOWED, AUTHORIZATION_FAILED, EXPIRED = range(61, 67)
INVALID_PRINCIPAL_TYPE = 67


class Token(typing.NamedTuple):
    error: int
    owner: str
    requester: str | None  # None before version 3.
    issued: int
    expires: int
    ends: int
    id: str
    hmac: bytes
    renewers: tuple = ()


class _Writer:
    def __init__(self, version):
        self.is_flexible, self.data = version >= FLEXIBLE, b""

    def count(self, size):
        """Of a string, an array or bytes; None is null."""
        if self.is_flexible:
            self.data += _uvarint(0 if size is None else size + 1)
        else:
            self.data += struct.pack(">i", -1 if size is None else size)

    def string(self, text):
        if self.is_flexible:
            self.count(None if text is None else len(text.encode()))
        else:
            self.data += struct.pack(">h", len(text.encode()))
        self.data += (text or "").encode()

    def bytes(self, data):
        self.count(len(data))
        self.data += data

    def int64(self, number):
        self.data += struct.pack(">q", number)

    def tags(self):
        self.data += b"\0" if self.is_flexible else b""

    def principals(self, principals):
        self.count(None if principals is None else len(principals))
        for principal in principals or ():
            for part in principal.split(":", 1):
                self.string(part)
            self.tags()


class _Reader(Cursor):
    def __init__(self, data, version):
        super().__init__(data)
        self.is_flexible = version >= FLEXIBLE
        self.take("i")  # The correlation id.
        self.tags()

    def count(self):
        return self.uvarint() - 1 if self.is_flexible else self.take("i")

    def text(self):
        return self.compact_string() if self.is_flexible else self.string()

    def principal(self):
        return f"{self.text()}:{self.text()}"

    def bytes(self):
        size = self.count()
        self.at += size
        return self.data[self.at - size:self.at]

    def tags(self):
        return super().tags() if self.is_flexible else {}

    def token(self, error, version):
        owner = self.principal()
        requester = self.principal() if version >= WITH_OWNER else None
        issued, expires, ends = self.take("qqq")
        return Token(error, owner, requester, issued, expires, ends, self.text(), self.bytes())


def _uvarint(number):
    data = b""
    while number >= 0x80:
        data += bytes([number & 0x7F | 0x80])
        number >>= 7
    return data + bytes([number])


def _call(connection, key, version, writer):
    writer.tags()
    header = request_header(key, version, 9) + (b"\0" if version >= FLEXIBLE else b"")
    answer = connection.call(header + writer.data)
    return None if answer is None else _Reader(answer, version)


def create(connection, renewers=(), max_lifetime_ms=-1, owner="", version=3):
    """`owner`: a principal, empty for the requester; a pair is its type, which may be None, and its name."""
    writer = _Writer(version)
    if version >= WITH_OWNER:
        kind, name = owner if isinstance(owner, tuple) else (owner.split(":", 1) if owner else ("", ""))
        writer.string(kind)
        writer.string(name)
    writer.principals(renewers)
    writer.int64(max_lifetime_ms)
    reader = _call(connection, CREATE, version, writer)
    return None if reader is None else reader.token(reader.take("h"), version)


def _move(connection, key, hmac, period_ms, version):
    writer = _Writer(version)
    writer.bytes(hmac)
    writer.int64(period_ms)
    reader = _call(connection, key, version, writer)
    return None if reader is None else reader.take("hq")


def renew(connection, hmac, period_ms=-1, version=2):
    """(error, when it expires)"""
    return _move(connection, RENEW, hmac, period_ms, version)


def expire(connection, hmac, period_ms=-1, version=2):
    """(error, when it expires)"""
    return _move(connection, EXPIRE, hmac, period_ms, version)


def describe(connection, owners=None, version=3):
    """(error, {id: token}); None: everybody's."""
    writer = _Writer(version)
    writer.principals(owners)
    reader = _call(connection, DESCRIBE, version, writer)
    if reader is None:
        return None
    error, tokens = reader.take("h"), {}
    for _ in range(reader.count()):
        token = reader.token(NONE, version)
        renewers = []
        for _ in range(reader.count()):
            renewers.append(reader.principal())
            reader.tags()
        reader.tags()
        tokens[token.id] = token._replace(renewers=tuple(renewers))
    return error, tokens
