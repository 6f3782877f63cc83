#!/usr/bin/env python3
"""OAUTHBEARER: tokens that are right and tokens that are not, keys that change, and Java's client with a token of its own."""

import os
import pathlib
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from issuer import Issuer  # noqa: E402
from raw_login import SASL_AUTHENTICATION_FAILED, authenticate, handshake, metadata_request  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from sasl_test import JAVA, outcomes, run  # noqa: E402
from secured_broker import SecuredBroker  # noqa: E402

MODULE = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
HANDLER = "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"
INVALID = '{"status":"invalid_token"}'
PREFIX = "listener.name.sasl_plaintext.oauthbearer"
ROTATION_SECONDS_MAX = 20


class OAuthBroker(SecuredBroker):
    MECHANISMS = ("OAUTHBEARER",)
    issuer = None

    def more_lines(self):
        return [f"{PREFIX}.sasl.jaas.config={MODULE} required;",
                f"{PREFIX}.sasl.server.callback.handler.class={HANDLER}",
                f"{PREFIX}.sasl.oauthbearer.jwks.endpoint.url=file://{self.issuer.file}",
                f"{PREFIX}.sasl.oauthbearer.expected.audience={self.issuer.AUDIENCE}",
                f"{PREFIX}.sasl.oauthbearer.expected.issuer={self.issuer.URL}",
                "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms=500"]


class OAuth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="oauth-")
        cls.path = pathlib.Path(cls.folder.name)
        cls.issuer = OAuthBroker.issuer = Issuer(cls.path)
        cls.issuer.publish("key-1")
        # Apache Kafka reads only from URLs that it was told of.
        os.environ["JDK_JAVA_OPTIONS"] = "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=" + ",".join(
            (cls.issuer.file.as_uri(), f"file://{cls.issuer.file}", f"file://{cls.path / 'token'}"))
        cls.broker = OAuthBroker(cls.path / "broker")
        cls.broker.start()

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.folder.cleanup()

    def log_in(self, token, authorization_id=""):
        """(error, message, session lifetime); a refusal comes as a challenge first, which the client acknowledges."""
        with RawConnection(self.broker.sasl_address) as connection:
            self.assertEqual(handshake(connection, "OAUTHBEARER")[0], 0)
            message = f"n,{authorization_id},\x01auth=Bearer {token}\x01\x01"
            error, text, said, lifetime = authenticate(connection, message.encode())
            if not error and said:
                self.assertEqual(said.decode(), INVALID)
                return authenticate(connection, b"\x01")[:2] + (0,)
            if not error:
                self.assertIsNotNone(connection.call(metadata_request()))
            return error, text, lifetime

    def test_a_right_token_logs_in_as_long_as_it_lives(self):
        error, text, lifetime = self.log_in(self.issuer.token(), "a=alice")
        self.assertEqual((error, text), (0, ""))
        self.assertTrue(0 < lifetime <= 600_000, lifetime)

    def test_a_wrong_token_does_not(self):
        issuer, now = self.issuer, int(time.time())
        issuer.add_key("stranger")
        wrong = {
            "unsigned": issuer.token(algorithm="none"),
            "unknown key": issuer.token("stranger"),
            "signed by another": issuer.token("key-1", signed_by="stranger"),
            "expired": issuer.token(claims=issuer.claims(exp=now - 60)),
            "audience": issuer.token(claims=issuer.claims(aud="other")),
            "issuer": issuer.token(claims=issuer.claims(iss="https://other.example")),
            "no expiry": issuer.token(claims={k: v for k, v in issuer.claims().items() if k != "exp"}),
            "no subject": issuer.token(claims={k: v for k, v in issuer.claims().items() if k != "sub"}),
            "another algorithm": issuer.token(algorithm="RS512"),
            "shared secret": issuer.token(algorithm="HS256"),
        }
        for case, token in wrong.items():
            with self.subTest(case=case):
                self.assertEqual(self.log_in(token), (SASL_AUTHENTICATION_FAILED, INVALID, 0))

    def test_nobody_becomes_another(self):
        error, text, _ = self.log_in(self.issuer.token(), "a=admin")
        self.assertEqual((error, text), (SASL_AUTHENTICATION_FAILED, "Authentication failed: Client requested an authorization "
                                         "id (admin) that is different from the token's principal name (alice)"))

    @unittest.skipIf(os.environ.get("BROKER_KIND", "muir") != "muir", "Apache Kafka reads a file of keys once")
    def test_keys_may_change(self):
        self.issuer.add_key("key-2")
        self.assertEqual(self.log_in(self.issuer.token("key-2"))[1], INVALID)
        self.issuer.publish("key-1", "key-2")
        deadline = time.monotonic() + ROTATION_SECONDS_MAX
        while self.log_in(self.issuer.token("key-2"))[0] != 0:
            self.assertLess(time.monotonic(), deadline)

    def test_java(self):
        (self.path / "token").write_text(self.issuer.token())
        settings = {"bootstrap.servers": self.broker.sasl_address, "security.protocol": "SASL_PLAINTEXT",
                    "sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": f"{MODULE} required;",
                    "sasl.login.callback.handler.class":
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
                    "sasl.oauthbearer.token.endpoint.url": f"file://{self.path / 'token'}"}
        file = self.path / "OAUTHBEARER@right"
        file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        self.assertEqual(outcomes(run(JAVA, "-J-Dlog.level=off", "muir.compat.Logins", file)), {file.name: "ok"})


if __name__ == "__main__":
    unittest.main()
