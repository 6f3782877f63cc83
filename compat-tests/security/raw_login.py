"""The requests of a login, and PLAIN and SCRAM as a client speaks them, byte by byte."""

import base64
import hashlib
import hmac
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from kafka_messages import Cursor, string  # noqa: E402
from raw_connection import request_header  # noqa: E402

METADATA, SASL_HANDSHAKE, SASL_AUTHENTICATE = 3, 17, 36
ILLEGAL_SASL_STATE, UNSUPPORTED_SASL_MECHANISM, SASL_AUTHENTICATION_FAILED = 34, 33, 58


def metadata_request():
    return request_header(METADATA, 1, 9) + struct.pack(">i", 0)


def handshake(connection, mechanism, version=1):
    """(error, mechanisms); None if the broker closed the connection."""
    answer = connection.call(request_header(SASL_HANDSHAKE, version, 5) + string(mechanism))
    if answer is None:
        return None
    cursor = Cursor(answer)
    assert cursor.take("i") == 5
    error, count = cursor.take("hi")
    return error, [cursor.string() for _ in range(count)]


def authenticate(connection, token):
    """(error, message, bytes, session lifetime in milliseconds); None if the broker closed the connection."""
    answer = connection.call(request_header(SASL_AUTHENTICATE, 1, 6) + struct.pack(">i", len(token)) + token)
    if answer is None:
        return None
    cursor = Cursor(answer)
    assert cursor.take("i") == 6
    error, message, size = cursor.take("h"), cursor.string(), cursor.take("i")
    said = cursor.data[cursor.at:cursor.at + size]
    cursor.at += size
    return error, message, said, cursor.take("q")


def plain(user, password, authorization_id=""):
    return f"{authorization_id}\0{user}\0{password}".encode()


def log_in(connection, mechanism, user, password, **details):
    """What the last message of a whole login was answered with; see authenticate()."""
    if mechanism == "PLAIN":
        assert handshake(connection, mechanism)[0] == 0
        return authenticate(connection, plain(user, password))
    assert handshake(connection, mechanism)[0] == 0
    scram = Scram(mechanism, user, password, **details)
    first = authenticate(connection, scram.first())
    return first if first[0] else authenticate(connection, scram.final(first[2]))


class Scram:
    """One login; `mechanism` is SCRAM-SHA-256 or SCRAM-SHA-512."""

    def __init__(self, mechanism, user, password, nonce="fyko+d2lbbFgONRv9qkxdawL", extensions="", authorization_id=""):
        self.digest = "sha256" if mechanism.endswith("256") else "sha512"
        self.password = password
        self.gs2_header = f"n,a={authorization_id}," if authorization_id else "n,,"
        self.bare = f"n={user.replace('=', '=3D').replace(',', '=2C')},r={nonce}{extensions}"

    def first(self):
        return (self.gs2_header + self.bare).encode()

    def final(self, server_first):
        text = server_first.decode()
        nonce, salt, iterations = (part[2:] for part in text.split(","))
        salted = hashlib.pbkdf2_hmac(self.digest, self.password.encode(), base64.b64decode(salt), int(iterations))
        client_key = hmac.digest(salted, b"Client Key", self.digest)
        without_proof = f"c={base64.b64encode(self.gs2_header.encode()).decode()},r={nonce}"
        message = f"{self.bare},{text},{without_proof}".encode()
        signature = hmac.digest(hashlib.new(self.digest, client_key).digest(), message, self.digest)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()
