#!/usr/bin/env python3
"""Secrets of every kind, planted, used, changed and described: none is in any line of the log at its most talkative, nor
in what DescribeConfigs answers (CVE-2026-33558)."""

import base64
import hashlib
import hmac
import pathlib
import ssl
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import raw_tokens  # noqa: E402
from certificates import KEY_PASSWORD, PASSWORD as STORE_PASSWORD, Authority  # noqa: E402
from raw_login import Scram, authenticate, handshake, log_in  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from logins import JAVA, run  # noqa: E402
from secured_broker import PASSWORD, SecuredBroker  # noqa: E402

LISTENER = "listener.name.sasl_plaintext."  # Its name is all that is plain about it.
SECRET_KEY = "planted-secret-key"
GUESS, NEW_PASSWORD = "planted-guess", "planted-new-password"


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="secrets-")))
        cls.authority = Authority(cls.folder / "authority")
        cls.identity = cls.authority.server("broker")
        settings = {"listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_SSL",
                    "delegation.token.secret.key": SECRET_KEY}
        for key, value in cls.identity.key_settings("PEM").items():
            settings[LISTENER + key] = value
        cls.broker = SecuredBroker(cls.folder / "broker", settings=settings)
        cls.addClassCleanup(cls.broker.kill)
        cls.broker.start()

    def connect(self):
        connection = RawConnection(self.broker.sasl_address)
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        connection.socket = context.wrap_socket(connection.socket, server_hostname="localhost")
        self.addCleanup(connection.socket.close)
        return connection

    def configs(self, *arguments):
        return run(JAVA, "-J-Dlog.level=off", "kafka.admin.ConfigCommand", "--bootstrap-server", self.broker.address, *arguments)

    def scram_secrets(self, mechanism, user, password):
        """What the server keeps of the password, and what it was made of."""
        connection = self.connect()
        handshake(connection, mechanism)
        _, salt, iterations = (part[2:] for part in authenticate(connection, Scram(mechanism, user, "").first())[2].decode().split(","))
        digest = "sha256" if mechanism.endswith("256") else "sha512"
        salted = hashlib.pbkdf2_hmac(digest, password.encode(), base64.b64decode(salt), int(iterations))
        client_key = hmac.digest(salted, b"Client Key", digest)
        return [salted, client_key, hashlib.new(digest, client_key).digest(), hmac.digest(salted, b"Server Key", digest)]

    def test_are_in_no_line_and_in_no_answer(self):
        self.configs("--entity-type", "broker-loggers", "--entity-name", "1", "--alter", "--add-config", "root=TRACE")
        alice = self.connect()
        self.assertEqual(log_in(alice, "PLAIN", "alice", PASSWORD)[0], 0)
        for mechanism in SecuredBroker.MECHANISMS:
            self.assertEqual(log_in(self.connect(), mechanism, "alice", PASSWORD)[0], 0)
            self.assertNotEqual(log_in(self.connect(), mechanism, "alice", GUESS)[0], 0)
            self.assertNotEqual(log_in(self.connect(), mechanism, "mallory", GUESS)[0], 0)
        token = raw_tokens.create(alice)
        password = base64.b64encode(token.hmac).decode()
        self.assertEqual(log_in(self.connect(), "SCRAM-SHA-512", token.id, password, extensions=",tokenauth=true")[0], 0)
        self.assertEqual(raw_tokens.renew(alice, token.hmac)[0], 0)
        self.assertIn(token.id, raw_tokens.describe(alice)[1])
        self.assertEqual(raw_tokens.expire(alice, token.hmac)[0], 0)
        self.configs("--entity-type", "users", "--entity-name", "carol", "--alter", "--add-config",
                     f"SCRAM-SHA-256=[password={NEW_PASSWORD}]")
        self.assertEqual(log_in(self.connect(), "SCRAM-SHA-256", "carol", NEW_PASSWORD)[0], 0)
        changed = ",".join(f"{LISTENER}{key}=[{value}]" if "," in value else f"{LISTENER}{key}={value}"
                           for key, value in self.identity.key_settings("PEM").items())
        self.configs("--entity-type", "brokers", "--entity-name", "1", "--alter", "--add-config", changed)

        texts = {"the log": self.broker.log.read_text(errors="replace"),
                 "DescribeConfigs": self.configs("--entity-type", "brokers", "--entity-name", "1", "--describe", "--all")
                 + self.configs("--entity-type", "brokers", "--entity-name", "1", "--describe")
                 + self.configs("--entity-type", "users", "--describe")}
        self.assertIn("DEBUG", texts["the log"], "the log is not talkative")
        self.assertIn("delegation.token.secret.key=null", texts["DescribeConfigs"])
        words = [PASSWORD, '"builder"', GUESS, NEW_PASSWORD, SECRET_KEY, KEY_PASSWORD, STORE_PASSWORD]
        keys = [token.hmac, *self.scram_secrets("SCRAM-SHA-512", "alice", PASSWORD),
                *self.scram_secrets("SCRAM-SHA-256", "carol", NEW_PASSWORD)]
        for key in keys:
            words += [key.hex(), base64.b64encode(key).decode().rstrip("="), key.decode("latin1")]
        for name, text in texts.items():
            for word in words:
                with self.subTest(where=name, secret=word[:12]):
                    self.assertEqual(text.count(word), 0)


if __name__ == "__main__":
    unittest.main()
