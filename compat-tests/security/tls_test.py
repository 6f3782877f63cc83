#!/usr/bin/env python3
"""Real clients over TLS: Java 4.3.1 and librdkafka, both protocols, every form of store, with and without certificates.

BROKER_KIND=kafka runs the same against Apache Kafka.
"""

import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

from broker_process import default_kind  # noqa: E402
from certificates import KEY_PASSWORD, Authority  # noqa: E402
from secure_broker import SecureBroker, java_clients, write_properties  # noqa: E402
from test_cache import python_environment  # noqa: E402

SECONDS_MAX = 30.0
RDKAFKA_SECONDS_MAX = 240
LISTENERS = {"JKS12": "SSL", "PKCS": "SSL", "PEMFILE": "SSL", "INLINE": "SSL", "MUTUAL": "SSL", "ASKING": "SSL"}


def of_listener(name, settings):
    return {f"listener.name.{name.lower()}.{key}": value for key, value in settings.items()}


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tls-"))
        cls.folder = pathlib.Path(folder)
        cls.authority = Authority(cls.folder / "authority")
        cls.stranger = Authority(cls.folder / "stranger", "stranger").issue("mallory", "/O=Test/CN=mallory")
        cls.server = cls.authority.server("broker")
        cls.alice = cls.authority.issue("alice", "/C=FR/O=Acme/OU=Sales/CN=alice")
        rsa = cls.authority.server("rsa", kind="rsa")
        settings = {
            **of_listener("JKS12", {**cls.server.key_settings("JKS"), "ssl.enabled.protocols": "TLSv1.2"}),
            **of_listener("PKCS", rsa.key_settings("PKCS12")),
            **of_listener("PEMFILE", cls.server.key_settings("PEM")),
            **of_listener("INLINE", cls.server.inline_settings()),
            **of_listener("MUTUAL", {**cls.server.key_settings("PKCS12"), **cls.authority.trust_settings("JKS"),
                                     "ssl.client.auth": "required",
                                     "ssl.principal.mapping.rules": "RULE:^CN=(.*?),.*$/$1/U"}),
            **of_listener("ASKING", {**cls.server.key_settings("PKCS12"), **cls.authority.trust_settings("PKCS12"),
                                     "ssl.client.auth": "requested"}),
        }
        cls.broker = SecureBroker(cls.folder / "broker", LISTENERS, settings=settings)
        cls.addClassCleanup(cls.broker.kill)
        cls.broker.start()

    def java(self, listener, trust="PKCS12", **more):
        return {"bootstrap.servers": self.broker.addresses[listener], "security.protocol": "SSL",
                **self.authority.trust_settings(trust), **{key.replace("_", "."): value for key, value in more.items()}}

    def rdkafka(self, listener, **more):
        return {"bootstrap.servers": self.broker.addresses[listener], "security.protocol": "ssl",
                "ssl.ca.location": str(self.authority.certificate),
                **{key.replace("_", "."): value for key, value in more.items()}}

    def rdkafka_clients(self, cases):
        environment = python_environment("ecosystem-python", HERE.parent / "ecosystem" / "python" / "requirements.txt")
        files = [str(write_properties(self.folder / f"{name}.conf", settings)) for name, settings in cases.items()]
        done = subprocess.run([environment / "bin" / "python", HERE / "rdkafka_clients.py", *files], capture_output=True,
                              text=True, timeout=RDKAFKA_SECONDS_MAX, check=False)
        outcomes = {line.split(" ", 1)[0].removesuffix(".conf"): line.split(" ", 1)[1]
                    for line in done.stdout.splitlines()}
        self.assertEqual(set(outcomes), set(cases), done.stdout + done.stderr)
        return outcomes

    def raw(self, listener):
        host, port = self.broker.addresses[listener].rsplit(":", 1)
        connection = socket.create_connection((host, int(port)), timeout=SECONDS_MAX)
        self.addCleanup(connection.close)
        return connection

    def test_java_produces_and_consumes_by_every_road(self):
        with_key = self.alice.key_settings
        cases = {
            "jks-1.2": self.java("JKS12", "JKS"),
            "rsa-1.2": self.java("PKCS", ssl_enabled_protocols="TLSv1.2", ssl_protocol="TLSv1.2"),
            "rsa-1.3": self.java("PKCS", "PEM", ssl_enabled_protocols="TLSv1.3"),
            "pem": self.java("PEMFILE", "JKS"),
            "pem-inline": self.java("INLINE"),
            "mutual-1.2": {**self.java("MUTUAL", ssl_enabled_protocols="TLSv1.2", ssl_protocol="TLSv1.2"), **with_key("JKS")},
            "mutual-1.3": {**self.java("MUTUAL"), **with_key("PKCS12")},
            "mutual-pem": {**self.java("MUTUAL"), **with_key("PEM")},
            "asked-with": {**self.java("ASKING"), **with_key("PKCS12")},
            "asked-without": self.java("ASKING"),
            # Java does not show a certificate whose issuer the server has not asked for.
            "asked-and-wrong": {**self.java("ASKING"), **self.stranger.key_settings("PKCS12")},
        }
        self.assertEqual(java_clients(self.folder / "java", cases), {name: "ok" for name in cases})

    def test_java_is_told_why_it_is_turned_away(self):
        wrong = self.stranger.key_settings("PKCS12")
        cases = {
            "no-certificate-1.2": self.java("MUTUAL", ssl_enabled_protocols="TLSv1.2", ssl_protocol="TLSv1.2"),
            "no-certificate-1.3": self.java("MUTUAL"),
            "wrong-certificate-1.2": {**self.java("MUTUAL", ssl_enabled_protocols="TLSv1.2", ssl_protocol="TLSv1.2"), **wrong},
            "wrong-certificate-1.3": {**self.java("MUTUAL"), **wrong},
            "wrong-protocol": self.java("JKS12", ssl_enabled_protocols="TLSv1.3"),
            "distrustful": {**self.java("PKCS"), **self.stranger.authority.trust_settings("PKCS12")},
        }
        for name, outcome in java_clients(self.folder / "refused", cases).items():
            with self.subTest(name):
                self.assertTrue(outcome.startswith("SslAuthenticationException: "), outcome)

    def test_librdkafka_produces_and_consumes_by_every_road(self):
        pem = {"ssl_key_location": str(self.alice.key), "ssl_certificate_location": str(self.alice.certificate)}
        cases = {"plain-1.2": self.rdkafka("JKS12"), "rsa": self.rdkafka("PKCS"), "pem": self.rdkafka("PEMFILE"),
                 "mutual": self.rdkafka("MUTUAL", **pem),
                 "mutual-p12": self.rdkafka("MUTUAL", ssl_keystore_location=str(self.alice.key_store("PKCS12")),
                                            ssl_keystore_password="store-secret"),
                 "asked": self.rdkafka("ASKING", **pem)}
        self.assertEqual(self.rdkafka_clients(cases), {name: "ok" for name in cases})

    def test_librdkafka_is_turned_away(self):
        wrong = {"ssl_key_location": str(self.stranger.key), "ssl_certificate_location": str(self.stranger.certificate)}
        cases = {"none": self.rdkafka("MUTUAL"), "wrong": self.rdkafka("MUTUAL", **wrong)}
        for name, outcome in self.rdkafka_clients(cases).items():
            with self.subTest(name):
                self.assertRegex(outcome, "(?i)ssl|alert|certificate")

    def test_plain_text_on_a_tls_port_is_met_with_silence(self):
        if default_kind() != "muir":
            self.skipTest("Apache Kafka sends an alert")
        deadline = time.monotonic() + SECONDS_MAX  # Of many refusals in a short time some are not logged.
        while "not a TLS handshake" not in self.broker.log.read_text():
            self.assertLess(time.monotonic(), deadline)
            connection = self.raw("PKCS")
            connection.sendall(b"\0\0\0\x17\0\x12\0\0\0\0\0\1\0\x0bconfusion!\0\0")
            self.assertEqual(connection.recv(100), b"")

    def test_tls_on_a_plain_port_is_refused(self):
        host, port = self.broker.address.rsplit(":", 1)
        context = ssl.create_default_context(cafile=self.authority.certificate)
        with socket.create_connection((host, int(port)), timeout=SECONDS_MAX) as connection, self.assertRaises(OSError):
            context.wrap_socket(connection, server_hostname="localhost")

    def test_no_secret_is_logged(self):
        log = self.broker.log.read_text()
        for secret in ("store-secret", KEY_PASSWORD, "PRIVATE KEY"):
            self.assertNotRegex(log, re.escape(secret))

    def test_a_session_is_resumed(self):
        host, port = self.broker.addresses["PKCS"].rsplit(":", 1)
        context = ssl.create_default_context(cafile=self.authority.certificate)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # Of 1.3 Python sees no ticket before it has read something.
        session, reused = None, []
        for _ in range(2):
            with socket.create_connection((host, int(port)), timeout=SECONDS_MAX) as connection:
                with context.wrap_socket(connection, server_hostname="localhost", session=session) as secured:
                    session = secured.session
                    reused.append(secured.session_reused)
        self.assertEqual(reused, [False, True])


if __name__ == "__main__":
    unittest.main()
