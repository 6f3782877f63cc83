#!/usr/bin/env python3
"""OAUTHBEARER: tokens that are right and tokens that are not, keys that change, and Java's client with a token of its own."""

import http.server
import os
import pathlib
import ssl
import sys
import tempfile
import threading
import time
import unittest
import unittest.mock

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from certificates import Authority  # noqa: E402
from issuer import Issuer  # noqa: E402
from raw_login import SASL_AUTHENTICATION_FAILED, authenticate, handshake, metadata_request  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from logins import OAUTH_LOGIN_HANDLER, OAUTH_MODULE, OAUTH_VALIDATOR, all_ok, java_logins  # noqa: E402
from secured_broker import SecuredBroker  # noqa: E402

INVALID = '{"status":"invalid_token"}'
PREFIX = "listener.name.sasl_plaintext.oauthbearer"
ROTATION_SECONDS_MAX = 20


class OAuthBroker(SecuredBroker):
    MECHANISMS = ("OAUTHBEARER",)
    issuer = None
    keys_url = None

    def more_lines(self):
        return [f"{PREFIX}.sasl.jaas.config={OAUTH_MODULE} required;",
                f"{PREFIX}.sasl.server.callback.handler.class={OAUTH_VALIDATOR}",
                f"{PREFIX}.sasl.oauthbearer.jwks.endpoint.url={self.keys_url or self.issuer.file.as_uri()}",
                f"{PREFIX}.sasl.oauthbearer.expected.audience={self.issuer.AUDIENCE}",
                f"{PREFIX}.sasl.oauthbearer.expected.issuer={self.issuer.URL}",
                "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms=500"]


class TokenLogins(unittest.TestCase):
    broker = None

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


class OAuth(TokenLogins):
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
        self.issuer.publish("key-1")
        self.issuer.add_key("key-3")
        deadline = time.monotonic() + ROTATION_SECONDS_MAX
        while self.log_in(self.issuer.token("key-2"))[0] == 0:
            self.assertEqual(self.log_in(self.issuer.token("key-3"))[1], INVALID)  # A key that nobody has: all are fetched again.
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(self.log_in(self.issuer.token("key-1"))[0], 0)

    def test_java(self):
        (self.path / "token").write_text(self.issuer.token())
        settings = {"bootstrap.servers": self.broker.sasl_address, "security.protocol": "SASL_PLAINTEXT",
                    "sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": f"{OAUTH_MODULE} required;",
                    "sasl.login.callback.handler.class": OAUTH_LOGIN_HANDLER,
                    "sasl.oauthbearer.token.endpoint.url": f"file://{self.path / 'token'}"}
        self.assertEqual(java_logins(self.path / "java", {"oauthbearer": settings}), all_ok("oauthbearer"))


class Keys(http.server.BaseHTTPRequestHandler):
    """Serves the issuer's file, as a server does that closes after each answer."""

    def do_GET(self):
        text = self.server.issuer.file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@unittest.skipIf(os.environ.get("BROKER_KIND", "muir") != "muir", "Apache Kafka has a trust store for it")
class OAuthByHttps(TokenLogins):
    """Whose certificate the server shows decides whether its keys are taken."""

    def broker_with_keys_of(self, authority):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="oauth-https-")))
        trusted = Authority(folder / "trusted")
        identity = (trusted if authority == "trusted" else Authority(folder / authority, authority)).server("issuer")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
        server.issuer = OAuthBroker.issuer = Issuer(folder)
        server.issuer.publish("key-1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.certificate, identity.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.enterContext(unittest.mock.patch.dict(os.environ, SSL_CERT_FILE=str(trusted.certificate)))
        self.broker = OAuthBroker(folder / "broker")
        self.broker.keys_url = f"https://localhost:{server.server_port}/keys"
        self.addCleanup(self.broker.kill)
        self.broker.start()
        return server.issuer

    def test_keys_come_from_a_server_that_is_known(self):
        issuer = self.broker_with_keys_of("trusted")
        self.assertEqual(self.log_in(issuer.token())[:2], (0, ""))

    def test_keys_come_from_no_other(self):
        issuer = self.broker_with_keys_of("stranger")
        self.assertEqual(self.log_in(issuer.token())[1], INVALID)
        self.assertIn("The keys of a token issuer cannot be fetched", self.broker.log.read_text())


if __name__ == "__main__":
    unittest.main()
