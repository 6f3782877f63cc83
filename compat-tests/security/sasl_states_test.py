#!/usr/bin/env python3
"""What a SASL listener answers in each state of a login, and where it hangs up; as Apache Kafka 4.3.1 does it."""

import pathlib
import re
import struct
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from raw_login import (ILLEGAL_SASL_STATE, SASL_AUTHENTICATION_FAILED, UNSUPPORTED_SASL_MECHANISM, Scram,  # noqa: E402
                       authenticate, handshake, metadata_request, plain)
from kafka_messages import Cursor  # noqa: E402
from raw_connection import RawConnection, api_versions_request, request_header  # noqa: E402
from secured_broker import PASSWORD, SecuredBroker  # noqa: E402

DESCRIBE_TOKENS, DESCRIBE_USERS = 41, 50
LIFETIME_MS = 1200
RECEIVE_MAX = 512 * 1024
RIGHT = plain("alice", PASSWORD)
REFUSED = "Authentication failed: Invalid username or password"


class SaslStates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="sasl-states-")
        cls.broker = SecuredBroker(
            pathlib.Path(cls.folder.name) / "broker",
            settings={"listener.name.sasl_plaintext.scram-sha-512.connections.max.reauth.ms": LIFETIME_MS,
                      "listener.name.sasl_plaintext.plain.connections.max.reauth.ms": 600_000})
        cls.broker.start()

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.folder.cleanup()

    def connect(self, mechanism=None, version=1):
        connection = RawConnection(self.broker.sasl_address)
        self.addCleanup(connection.socket.close)
        if mechanism:
            self.assertEqual(handshake(connection, mechanism, version)[0], 0)
        return connection

    def logged_in(self):
        connection = self.connect("PLAIN")
        self.assertEqual(authenticate(connection, RIGHT)[0], 0)
        return connection

    def scram(self, connection, user, password, mechanism="SCRAM-SHA-512"):
        scram = Scram(mechanism, user, password)
        first = authenticate(connection, scram.first())
        return first if first[0] else authenticate(connection, scram.final(first[2]))

    def test_a_mechanism_that_is_not_enabled_is_answered_with_those_that_are(self):
        connection = self.connect()
        # In the order of a Java HashSet of the three.
        self.assertEqual(handshake(connection, "GSSAPI"),
                         (UNSUPPORTED_SASL_MECHANISM, ["PLAIN", "SCRAM-SHA-512", "SCRAM-SHA-256"]))
        self.assertIsNone(connection.receive())

    def test_nothing_else_is_served_before_the_login(self):
        for frames in ([metadata_request()], [api_versions_request(), metadata_request()],
                       [api_versions_request(), api_versions_request()]):
            connection = self.connect()
            for frame in frames[:-1]:
                self.assertIsNotNone(connection.call(frame))
            self.assertIsNone(connection.call(frames[-1]))
        self.assertIsNone(authenticate(self.connect(), RIGHT))

    def test_a_handshake_amid_the_login_ends_it(self):
        connection = self.connect("PLAIN")
        self.assertEqual(handshake(connection, "PLAIN")[0], ILLEGAL_SASL_STATE)
        self.assertIsNone(connection.receive())

    def test_other_requests_amid_the_login_end_it(self):
        for version, answer in ((0, b"\0\0\0\1\0\x22\0\0\0\0"), (3, b"\0\0\0\1\0\x22\1\0\0\0\0\0"),
                                (99, b"\0\0\0\1\0\x22\0\0\0\0")):
            connection = self.connect("PLAIN")
            self.assertEqual(connection.call(api_versions_request(version)), answer, version)
            self.assertIsNone(connection.receive())
        connection = self.connect("PLAIN")
        if connection.call(metadata_request()) is not None:
            self.assertEqual(self.broker.kind, "kafka", "we answer this one no more than others")
            self.assertIsNone(connection.receive())
        self.assertIsNone(self.connect("PLAIN").call(request_header(999, 0, 1)))

    def test_a_large_frame_before_the_login_is_not_waited_for(self):
        connection = self.connect()
        connection.send_raw(struct.pack(">i", RECEIVE_MAX + 1))
        self.assertIsNone(connection.receive())

    def test_old_clients_send_bare_tokens(self):
        connection = self.connect("PLAIN", version=0)
        self.assertEqual(connection.call(RIGHT), b"")
        self.assertIsNotNone(connection.call(metadata_request()))

        connection = self.connect("SCRAM-SHA-256", version=0)
        scram = Scram("SCRAM-SHA-256", "alice", PASSWORD)
        self.assertTrue(connection.call(scram.final(connection.call(scram.first()))).startswith(b"v="))
        self.assertIsNotNone(connection.call(metadata_request()))

        self.assertIsNone(self.connect("PLAIN", version=0).call(plain("alice", "guess")))

    def test_a_failure_is_told_late_and_is_the_end(self):
        connection = self.connect("PLAIN")
        began = time.monotonic()
        self.assertEqual(authenticate(connection, plain("alice", "guess"))[:2], (SASL_AUTHENTICATION_FAILED, REFUSED))
        self.assertGreaterEqual(time.monotonic() - began, 0.09, "connection.failed.authentication.delay.ms")
        self.assertIsNone(connection.receive())

    def test_nobody_becomes_another(self):
        error, message = authenticate(self.connect("PLAIN"), plain("alice", PASSWORD, "bob"))[:2]
        self.assertEqual((error, message), (SASL_AUTHENTICATION_FAILED, "Authentication failed: Client requested an "
                                            "authorization id that is different from username"))

    def test_what_is_no_message_of_scram_fails_with_the_general_sentence(self):
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            for token in (b"", b"\xff\xfe", b"n,,n=alice", b"y,,n=alice,r=abc", b"\0" * 1000):
                with self.subTest(mechanism=mechanism, token=token[:10]):
                    error, message = authenticate(self.connect(mechanism), token)[:2]
                    self.assertEqual(error, SASL_AUTHENTICATION_FAILED)
                    self.assertEqual(message, "Authentication failed during authentication due to invalid credentials with "
                                     f"SASL mechanism {mechanism}")

    def test_plain_says_what_is_missing(self):
        for token, words in ((b"", "Invalid SASL/PLAIN response: expected 3 tokens, got 1"),
                             (b"\0\0\0\0\0", "Invalid SASL/PLAIN response: expected 3 tokens, got 4"),
                             (plain("", "secret"), "Authentication failed: username not specified"),
                             (plain("alice", ""), "Authentication failed: password not specified")):
            with self.subTest(token=token):
                self.assertEqual(authenticate(self.connect("PLAIN"), token)[:2], (SASL_AUTHENTICATION_FAILED, words))

    def test_a_wrong_password_and_an_unknown_user_end_in_the_same_words(self):
        ends = {self.scram(self.connect("SCRAM-SHA-512"), user, "guess") for user in ("alice", "mallory")}
        self.assertEqual(len(ends), 1, ends)

    def test_login_requests_after_the_login_are_errors_and_no_more(self):
        connection = self.connect("SCRAM-SHA-256")
        self.assertEqual(self.scram(connection, "alice", PASSWORD, "SCRAM-SHA-256")[0], 0)
        self.assertEqual(handshake(connection, "PLAIN"), (ILLEGAL_SASL_STATE, []))
        self.assertEqual(authenticate(connection, RIGHT)[:2],
                         (ILLEGAL_SASL_STATE, "SaslAuthenticate request received after successful authentication"))
        self.assertIsNotNone(connection.call(metadata_request()))

    def test_a_listener_without_sasl_says_so(self):
        with RawConnection(self.broker.address) as connection:
            self.assertEqual(handshake(connection, "PLAIN"), (ILLEGAL_SASL_STATE, []))
            self.assertEqual(authenticate(connection, RIGHT)[0], ILLEGAL_SASL_STATE)
            self.assertIsNotNone(connection.call(metadata_request()))

    def test_a_controller_advertises_users_and_shows_none(self):
        address = re.search(r"^listeners=.*CONTROLLER://([^,\s]+)", self.broker.file.read_text(), re.MULTILINE)[1]
        with RawConnection(address) as connection:
            cursor = Cursor(connection.call(api_versions_request()))
            cursor.take("ih")
            versions = {key: (low, high) for key, low, high in (cursor.take("hhh") for _ in range(cursor.take("i")))}
            self.assertEqual((versions[DESCRIBE_USERS], versions[DESCRIBE_TOKENS]), ((0, 0), (1, 3)))
            # For alice and bob each -1 without a name, and -1 over all.
            self.assertEqual(connection.call(request_header(DESCRIBE_USERS, 0, 1) + b"\0\3\6alice\0\4bob\0\0"),
                             b"\0\0\0\1\0\0\0\0\0\xff\xff\0\3" + b"\1\xff\xff\0\1\0" * 2 + b"\0")
            self.assertEqual(connection.call(request_header(DESCRIBE_TOKENS, 1, 1) + b"\xff" * 4),
                             b"\0\0\0\1\xff\xff\0\0\0\0\0\0\0\0")

    def test_a_session_ends_unless_the_client_logs_in_again(self):
        connection = self.connect("SCRAM-SHA-512")
        self.assertEqual(self.scram(connection, "alice", PASSWORD)[3], LIFETIME_MS)
        self.assertEqual(handshake(connection, "SCRAM-SHA-512")[0], 0)
        began = time.monotonic()
        self.assertEqual(self.scram(connection, "alice", PASSWORD)[3], LIFETIME_MS)
        self.assertIsNotNone(connection.call(metadata_request()))
        while connection.call(metadata_request()) is not None:
            self.assertLess(time.monotonic() - began, 10)
            time.sleep(0.05)
        self.assertGreaterEqual(time.monotonic() - began, LIFETIME_MS / 1000 - 0.1)

    def test_a_second_login_is_by_the_same_principal(self):
        connection = self.logged_in()
        self.assertEqual(handshake(connection, "PLAIN")[0], 0)
        self.assertEqual(authenticate(connection, plain("bob", "builder"))[:2],
                         (SASL_AUTHENTICATION_FAILED,
                          "Cannot change principals during re-authentication from User.alice: User.bob"))
        self.assertIsNone(connection.receive())

    def test_a_second_login_is_by_the_same_mechanism(self):
        connection = self.logged_in()
        self.assertEqual(handshake(connection, "SCRAM-SHA-256")[0], 0)
        self.assertIsNone(authenticate(connection, Scram("SCRAM-SHA-256", "alice", PASSWORD).first()))

    def test_a_second_login_that_fails_says_that_it_was_one(self):
        connection = self.connect("SCRAM-SHA-512")
        self.assertEqual(self.scram(connection, "alice", PASSWORD)[0], 0)
        self.assertEqual(handshake(connection, "SCRAM-SHA-512")[0], 0)
        self.assertEqual(self.scram(connection, "alice", "guess")[:2],
                         (SASL_AUTHENTICATION_FAILED, "Authentication failed during re-authentication due to invalid "
                          "credentials with SASL mechanism SCRAM-SHA-512"))

    def test_passwords_are_in_no_log(self):
        authenticate(self.connect("PLAIN"), plain("alice", "planted-guess"))
        self.logged_in()
        log = self.broker.log.read_text(errors="replace")
        for secret in (PASSWORD, "builder", "planted-guess"):
            self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
