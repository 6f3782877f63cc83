#!/usr/bin/env python3
"""Every way to log in: clients x protocols x mechanisms x right and wrong credentials x admin, produce, consume.

  matrix_test.py PROGRAM      PROGRAM is rdkafka_logins.cc: librdkafka with GSSAPI

One broker has all the listeners, a real KDC and oauth2-mock-server stand behind it; BROKER_KIND=kafka runs the same
against Apache Kafka.
"""

import base64
import concurrent.futures
import itertools
import os
import pathlib
import re
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from certificates import Authority  # noqa: E402
from kdc import Kdc  # noqa: E402
from logins import (JAVA, KINDS, OAUTH_LOGIN_HANDLER, OAUTH_MODULE, OAUTH_VALIDATOR, PLAIN_MODULE, SCRAM_MODULE,  # noqa: E402
                    all_ok, java_logins, keytab_login, rdkafka_logins, run,
                    system_rdkafka_logins)
from secure_broker import SecureBroker  # noqa: E402
from token_issuer import TokenIssuer  # noqa: E402

PASSWORD = "wonder land="
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI")
LISTENERS = {"TLS": "SSL", "BARE": "SASL_PLAINTEXT", "WRAPPED": "SASL_SSL"}
LISTENER_OF = {protocol: name for name, protocol in LISTENERS.items()}
ROTATION_SECONDS_MAX = 30
PROGRAM = None

# (protocol, mechanism, credentials)
CASES = [("PLAINTEXT", "none", "right"), *[("SSL", "certificate", credentials) for credentials in ("right", "wrong")],
         *[(protocol, mechanism, credentials) for protocol in ("SASL_PLAINTEXT", "SASL_SSL") for mechanism in MECHANISMS
           for credentials in ("right", "wrong")]]


def name_of(case):
    return "-".join(case[:2]).lower() + "@" + case[2]


def broker_settings(authority, server, kdc, issuer):
    settings = {"connection.failed.authentication.delay.ms": 20, "sasl.kerberos.service.name": "kafka",
                "sasl.enabled.mechanisms": ",".join(MECHANISMS),
                "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms": 500,
                "listener.name.tls.ssl.client.auth": "required",
                **server.key_settings("PKCS12"), **authority.trust_settings("PKCS12")}
    keytab = kdc.keytab("broker", "kafka/localhost")
    for listener in ("bare", "wrapped"):
        prefix = f"listener.name.{listener}"
        oauth = f"{prefix}.oauthbearer"
        settings |= {
            f"{prefix}.plain.sasl.jaas.config": f'{PLAIN_MODULE} required user_alice="{PASSWORD}";',
            f"{prefix}.scram-sha-256.sasl.jaas.config": f"{SCRAM_MODULE} required;",
            f"{prefix}.scram-sha-512.sasl.jaas.config": f"{SCRAM_MODULE} required;",
            f"{prefix}.gssapi.sasl.jaas.config": keytab_login(keytab, f"kafka/localhost@{kdc.realm}"),
            f"{oauth}.sasl.jaas.config": f"{OAUTH_MODULE} required;",
            f"{oauth}.sasl.server.callback.handler.class": OAUTH_VALIDATOR,
            f"{oauth}.sasl.oauthbearer.jwks.endpoint.url": f"{issuer.url}/jwks",
            f"{oauth}.sasl.oauthbearer.expected.audience": issuer.AUDIENCE,
            f"{oauth}.sasl.oauthbearer.expected.issuer": issuer.url}
    return settings


def words_of_refusal(client, case):
    """What a client must hear, word for word where it is Kafka's answer."""
    _, mechanism, _ = case
    if mechanism == "certificate":
        return "(?i)certificate|alert|handshake"
    if mechanism == "PLAIN":
        return "Authentication failed: Invalid username or password"
    if mechanism == "OAUTHBEARER":
        return re.escape('{"status":"invalid_token"}')
    return f"Authentication failed during authentication due to invalid credentials with SASL mechanism {mechanism}"


def is_as_expected(client, case, outcome):
    if case[2] == "right":
        return outcome == "ok"
    return re.search(words_of_refusal(client, case), outcome) is not None


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="matrix-")))
        cls.authority = Authority(cls.folder / "authority")
        cls.alice = cls.authority.issue("alice", "/O=Test/CN=alice")
        cls.stranger = Authority(cls.folder / "stranger", "stranger").issue("mallory", "/O=Test/CN=mallory")
        cls.kdc = Kdc(cls.folder / "kdc")
        cls.keytab = cls.kdc.keytab("alice", "alice")
        cls.kdc.keytab("other", "other/localhost")
        cls.addClassCleanup(cls.kdc.stop)
        cls.kdc.start()
        cls.issuer = TokenIssuer()
        cls.addClassCleanup(cls.issuer.stop)
        os.environ.update(cls.kdc.environment())
        os.environ["JDK_JAVA_OPTIONS"] = (
            f"{cls.kdc.java_options()} -Dorg.apache.kafka.sasl.oauthbearer.allowed.urls="
            f"{cls.issuer.url}/jwks,{cls.issuer.url}/token")
        cls.broker = SecureBroker(cls.folder / "broker", LISTENERS, settings=broker_settings(
            cls.authority, cls.authority.server("broker"), cls.kdc, cls.issuer))
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            cls.broker.format_options += ["--add-scram", f"{mechanism}=[name=alice,password={PASSWORD}]"]
        cls.addClassCleanup(cls.broker.kill)
        cls.broker.start()
        if cls.broker.kind == "muir":  # All that it can say: test_no_secret_is_logged reads it.
            run(JAVA, "-J-Dlog.level=off", "kafka.admin.ConfigCommand", "--bootstrap-server", cls.broker.address,
                "--entity-type", "broker-loggers", "--entity-name", "1", "--alter", "--add-config", "root=TRACE")

    def address(self, protocol):
        return self.broker.address if protocol == "PLAINTEXT" else self.broker.addresses[LISTENER_OF[protocol]]

    def java(self, case):
        protocol, mechanism, credentials = case
        settings = {"bootstrap.servers": self.address(protocol), "security.protocol": protocol}
        if protocol.endswith("SSL"):
            settings |= self.authority.trust_settings("PKCS12")
        if mechanism == "certificate":
            settings |= (self.alice if credentials == "right" else self.stranger).key_settings("PKCS12")
        if mechanism not in MECHANISMS:
            return settings
        settings["sasl.mechanism"] = mechanism
        is_right = credentials == "right"
        if mechanism == "GSSAPI":
            return settings | {"sasl.kerberos.service.name": "kafka" if is_right else "other",
                               "sasl.jaas.config": keytab_login(self.keytab, f"alice@{self.kdc.realm}")}
        if mechanism == "OAUTHBEARER":
            client = "alice" if is_right else "mallory"
            return settings | {
                "sasl.jaas.config": f'{OAUTH_MODULE} required clientId="{client}" clientSecret="secret" scope="kafka";',
                "sasl.login.callback.handler.class": OAUTH_LOGIN_HANDLER,
                "sasl.oauthbearer.token.endpoint.url": f"{self.issuer.url}/token"}
        module = PLAIN_MODULE if mechanism == "PLAIN" else SCRAM_MODULE
        password = PASSWORD if is_right else "guess"
        return settings | {"sasl.jaas.config": f'{module} required username="alice" password="{password}";'}

    def rdkafka(self, case):
        protocol, mechanism, credentials = case
        is_right = credentials == "right"
        settings = {"bootstrap.servers": self.address(protocol), "security.protocol": protocol.lower()}
        if protocol.endswith("SSL"):
            settings["ssl.ca.location"] = str(self.authority.certificate)
        if mechanism == "certificate":
            identity = self.alice if is_right else self.stranger
            settings |= {"ssl.key.location": str(identity.key), "ssl.certificate.location": str(identity.certificate)}
        if mechanism not in MECHANISMS:
            return settings
        settings["sasl.mechanism"] = mechanism
        if mechanism == "GSSAPI":
            return settings | {"sasl.kerberos.service.name": "kafka" if is_right else "other",
                               "sasl.kerberos.keytab": str(self.keytab), "sasl.kerberos.principal": "alice"}
        if mechanism == "OAUTHBEARER":
            return settings | {"sasl.oauthbearer.method": "oidc", "sasl.oauthbearer.scope": "kafka",
                               "sasl.oauthbearer.client.id": "alice" if is_right else "mallory",
                               "sasl.oauthbearer.client.secret": "secret",
                               "sasl.oauthbearer.token.endpoint.url": f"{self.issuer.url}/token"}
        return settings | {"sasl.username": "alice", "sasl.password": PASSWORD if is_right else "guess"}

    def play(self):
        """{(client, case, kind): outcome}"""
        tickets = {"KRB5CCNAME": f"FILE:{self.folder / 'tickets'}"}
        java = {name_of(case): self.java(case) for case in CASES}
        bundled = {name_of(case): self.rdkafka(case) for case in CASES if case[1] != "GSSAPI"}
        system = {name_of(case): self.rdkafka(case) for case in CASES if case[1] == "GSSAPI"}
        with concurrent.futures.ThreadPoolExecutor() as threads:
            found = [("java", threads.submit(java_logins, self.folder / "java", java)),
                     ("librdkafka", threads.submit(rdkafka_logins, self.folder / "rdkafka", bundled)),
                     ("librdkafka", threads.submit(system_rdkafka_logins, PROGRAM, self.folder / "system", system, tickets))]
        cases = {name_of(case): case for case in CASES}
        return {(client, cases[name], kind): outcome for client, part in found for (name, kind), outcome in part.result().items()}

    def test_every_row(self):
        found = self.play()
        wanted = {(client, case, kind) for client in ("java", "librdkafka") for case in CASES for kind in KINDS}
        self.assertEqual(set(found), wanted)
        good = {row for row in wanted if is_as_expected(row[0], row[1], found[row])}
        for client, case in sorted({row[:2] for row in wanted}):
            marks = " ".join(f"{kind} {'ok' if (client, case, kind) in good else 'NOT'}" for kind in KINDS)
            print(f"{client:10} {case[0]:14} {case[1]:13} {case[2]:5}  {marks}")
        for row in sorted(wanted - good):
            print(f"unexpected: {row}: {found[row]}")
        print(f"rows: {len(good)} of {len(wanted)} as expected", flush=True)
        self.assertEqual(good, wanted)
        # What became of the other credentials is what no row would have let pass.
        for client, case, kind in wanted - {row for row in wanted if row[1][0] == "PLAINTEXT"}:
            other = (*case[:2], "wrong" if case[2] == "right" else "right")
            self.assertFalse(is_as_expected(client, case, found[client, other, kind]), (client, case, kind))

    def test_the_issuer_may_change_its_keys(self):
        case = ("SASL_SSL", "OAUTHBEARER", "right")
        before = self.broker.log.read_text().count("Fetched the keys")
        self.issuer.add_key()
        self.eventually_ok(lambda name: java_logins(self.folder / "rotated-java", {name: self.java(case)}))
        self.eventually_ok(lambda name: rdkafka_logins(self.folder / "rotated-rdkafka", {name: self.rdkafka(case)}))
        if self.broker.kind == "muir":
            self.assertGreater(self.broker.log.read_text().count("Fetched the keys"), before)

    def eventually_ok(self, logins):
        """Apache Kafka refuses the first token by a new key, and fetches the key meanwhile; Muir fetches it first."""
        deadline = time.monotonic() + ROTATION_SECONDS_MAX
        for name in (f"rotated-{i}" for i in itertools.count()):
            if (found := logins(name)) == all_ok(name):
                return
            self.assertNotEqual(self.broker.kind, "muir", found)
            self.assertLess(time.monotonic(), deadline, found)

    def test_no_secret_is_logged(self):
        """Neither what clients sent nor what the broker's own file holds, as it is and in base64; of no login, either."""
        java_logins(self.folder / "logged", {name_of(case): self.java(case) for case in CASES if case[0] == "SASL_PLAINTEXT"})
        log = self.broker.log.read_text()
        if self.broker.kind == "muir":
            self.assertIn("Authenticated", log)
        for secret in (PASSWORD, "guess", "store-secret", "clientSecret"):
            self.assertNotIn(secret, log)
            self.assertNotIn(base64.b64encode(secret.encode()).decode().rstrip("=")[:-1], log)
        self.assertNotIn("eyJ", log, "a token")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
