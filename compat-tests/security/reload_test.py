#!/usr/bin/env python3
"""Certificates that are replaced while clients are at work: by another file, and by other content of the same file.

BROKER_KIND=kafka runs the same against Apache Kafka.
"""

import hashlib
import pathlib
import shutil
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
from certificates import PASSWORD, Authority  # noqa: E402
from secure_broker import SecureBroker, write_properties  # noqa: E402
from test_cache import python_environment  # noqa: E402

SECONDS_MAX = 60.0
LISTENER = "listener.name.outside."
LOCATION = LISTENER + "ssl.keystore.location"


# What either broker says, in its essence.
WORDS = {"no such file": "Failed to load SSL keystore .*nowhere.p12 of type PKCS12",
         "wrong password": "Failed to load SSL keystore .* of type PKCS12",
         "another name": "Keystore DistinguishedName does not match:  existing={alias=.*CN=broker.*CN=other",
         "other alternative names": r"SubjectAltNames do not match:  existing={alias=.*, SAN=\[\[2, localhost\], "
                                    r"\[7, 127.0.0.1\]\]}, new={alias=.*, SAN=\[\[2, elsewhere\]\]}",
         "a trust store where there was none": "Cannot add SSL truststore to an existing listener",
         "client authentication": "cannot be updated dynamically for existing listener"}


def fingerprint(pem):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[:pem.index("-----END") + 25])).hexdigest()


class Reload(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="reload-")))
        self.authority = Authority(self.folder / "authority")
        self.python = python_environment("ecosystem-python", HERE.parent / "ecosystem/python/requirements.txt") / "bin/python"
        self.old, self.new = self.authority.server("old"), self.authority.server("new")
        self.store = self.folder / "served.p12"
        shutil.copy(self.old.key_store("PKCS12"), self.store)
        settings = {LOCATION: str(self.store), LISTENER + "ssl.keystore.type": "PKCS12",
                    LISTENER + "ssl.keystore.password": PASSWORD, "muir.ssl.files.check.interval.ms": "100"}
        self.broker = SecureBroker(self.folder / "broker", {"OUTSIDE": "SSL"}, settings=settings)
        self.addCleanup(self.broker.kill)
        self.broker.start()

    def alter(self, **settings):
        words = [f"{LISTENER}{key.replace('_', '.')}={value}" for key, value in settings.items()]
        done = subprocess.run([self.python, HERE / "rdkafka_alter.py", self.broker.address, *words], capture_output=True,
                              text=True, timeout=SECONDS_MAX, check=True)
        return done.stdout.strip()

    def served(self):
        host, port = self.broker.addresses["OUTSIDE"].rsplit(":", 1)
        context = ssl.create_default_context(cafile=self.authority.certificate)
        with socket.create_connection((host, int(port)), timeout=SECONDS_MAX) as connection:
            with context.wrap_socket(connection, server_hostname="localhost") as secured:
                return hashlib.sha256(secured.getpeercert(binary_form=True)).hexdigest()

    def expect_served(self, identity):
        """The settings are in force a moment after they were stored."""
        wanted = fingerprint(identity.certificate.read_text())
        deadline = time.monotonic() + SECONDS_MAX
        while self.served() != wanted:
            self.assertLess(time.monotonic(), deadline, "another certificate is served")
            time.sleep(0.05)

    def start_stream(self):
        settings = {"bootstrap.servers": self.broker.addresses["OUTSIDE"], "security.protocol": "ssl",
                    "ssl.ca.location": str(self.authority.certificate), "allow.auto.create.topics": "true"}
        file = write_properties(self.folder / "stream.conf", settings)
        stream = subprocess.Popen([self.python, HERE / "rdkafka_stream.py", file, "stream"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(stream.kill)
        self.assertEqual(stream.stdout.readline(), "ready\n")
        return stream

    def test_a_certificate_is_replaced_while_clients_are_at_work(self):
        stream = self.start_stream()
        self.expect_served(self.old)

        self.assertEqual(self.alter(ssl_keystore_location=self.new.key_store("PKCS12")), "ok")
        self.expect_served(self.new)

        # Back to the first file, and then that file is written anew and its name set again.
        self.assertEqual(self.alter(ssl_keystore_location=self.store), "ok")
        self.expect_served(self.old)
        shutil.copy(self.new.key_store("PKCS12"), self.store)
        self.assertEqual(self.alter(ssl_keystore_location=self.store), "ok")
        self.expect_served(self.new)

        said, _ = stream.communicate(timeout=SECONDS_MAX)
        self.assertRegex(said, r"^sent (\d+) seen \1 in order True\n$")

    @unittest.skipIf(default_kind() == "kafka", "Kafka looks at its files only when settings are altered")
    def test_a_file_that_was_renewed_is_served_without_being_told(self):
        self.expect_served(self.old)
        half = self.new.key_store("PKCS12").read_bytes()[:100]
        self.store.write_bytes(half)  # Whoever writes it is not done: what was served stays.
        self.expect_logged("TLS of the listeners was not replaced")
        self.expect_served(self.old)
        renewed = self.folder / "renewed.p12"
        shutil.copy(self.new.key_store("PKCS12"), renewed)
        renewed.rename(self.store)
        self.expect_served(self.new)
        self.assertEqual(self.broker.log.read_text().count("TLS of the listeners was not replaced"), 1)

    def expect_logged(self, words):
        deadline = time.monotonic() + SECONDS_MAX
        while words not in self.broker.log.read_text():
            self.assertLess(time.monotonic(), deadline, words)
            time.sleep(0.05)

    def test_what_cannot_be_served_is_refused_and_changes_nothing(self):
        other = self.authority.server("other", subject="/O=Test/CN=other")
        names = self.authority.issue("names", "/O=Test/CN=broker", extensions=["subjectAltName=DNS:elsewhere"])
        refused = {
            "no such file": {"ssl_keystore_location": self.folder / "nowhere.p12"},
            "wrong password": {"ssl_keystore_location": self.new.key_store("PKCS12"), "ssl_keystore_password": "wrong"},
            "another name": {"ssl_keystore_location": other.key_store("PKCS12")},
            "other alternative names": {"ssl_keystore_location": names.key_store("PKCS12")},
            "a trust store where there was none": self.authority.trust_settings("PKCS12"),
        }
        if default_kind() == "muir":  # Kafka stores it, and nothing comes of it.
            refused["client authentication"] = {"ssl_client_auth": "required"}
        for what, settings in refused.items():
            with self.subTest(what):
                said = self.alter(**settings)
                self.assertRegex(said, f"^INVALID_REQUEST Invalid value .*{WORDS[what]}.* for configuration Invalid dynamic")
                self.assertNotIn("wrong", said.replace("is wrong", ""))
        self.expect_served(self.old)


if __name__ == "__main__":
    unittest.main()
