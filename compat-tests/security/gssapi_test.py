#!/usr/bin/env python3
"""GSSAPI against a real KDC: each message of a login, who the client is then, and what is refused with which words.

BROKER_KIND=kafka runs the same against Apache Kafka, by the same keytab: the same tickets make the same principals.
"""

import fcntl
import os
import pathlib
import select
import struct
import sys
import tempfile
import time
import unittest
import unittest.mock

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from gss_client import INTEGRITY, GssClient  # noqa: E402
from kdc import Kdc  # noqa: E402
from logins import KINDS, all_ok, java_logins, keytab_login, run  # noqa: E402
from kafka_messages import Cursor  # noqa: E402
from raw_connection import RawConnection, request_header  # noqa: E402
from raw_login import SASL_AUTHENTICATE, SASL_AUTHENTICATION_FAILED, authenticate, handshake, metadata_request  # noqa: E402
from secure_broker import SecureBroker  # noqa: E402
from test_cache import python_environment  # noqa: E402

LIFETIME_MS = 600_000
SKEW_SECONDS = 2
TICKET_SECONDS = 3
METADATA_CORRELATION_ID = 9  # Of metadata_request().
RULES = "RULE:[1:$1](al.*)s/al/AL/,RULE:[2:$1-$2](svc-.*)/U,RULE:[2:$1]s/^(.)[a-z]+$/$1./g/L,DEFAULT"
# principal -> the user whom the rules make of it
USERS = {"alice": "ALice", "svc/web": "SVC-WEB", "Carol/admin": "c.", "bob": "bob"}
REFUSED = "Authentication failed during authentication due to invalid credentials with SASL mechanism GSSAPI"
NO_LAYER, INTEGRITY_LAYER = b"\1\0\0\0", b"\2\0\xff\xff"


class Gssapi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="gssapi-")))
        cls.kdc = Kdc(cls.folder / "kdc", clock_skew_seconds=SKEW_SECONDS)
        cls.broker_keytab = cls.kdc.keytab("broker", "kafka/localhost")
        cls.keytab = cls.kdc.keytab("clients", *USERS)
        cls.kdc.keytab("other", "other/localhost")
        cls.addClassCleanup(cls.kdc.stop)
        cls.kdc.start()
        os.environ.update(cls.kdc.environment())
        os.environ["JDK_JAVA_OPTIONS"] = cls.kdc.java_options()
        cls.broker = SecureBroker(cls.folder / "broker", {"BARE": "SASL_PLAINTEXT"}, settings={
            "sasl.enabled.mechanisms": "GSSAPI", "sasl.kerberos.service.name": "kafka",
            "sasl.kerberos.principal.to.local.rules": RULES, "connections.max.reauth.ms": LIFETIME_MS,
            "connection.failed.authentication.delay.ms": 20,
            "listener.name.bare.gssapi.sasl.jaas.config": keytab_login(cls.broker_keytab, f"kafka/localhost@{cls.kdc.realm}"),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS"})
        cls.addClassCleanup(cls.broker.kill)
        cls.broker.start()

    def client(self, principal="alice", service="kafka/localhost", **more):
        tickets = self.folder / f"tickets-{principal.replace('/', '-')}"
        if not tickets.exists():
            self.kdc.run("kinit", "-k", "-t", self.keytab, principal, KRB5CCNAME=f"FILE:{tickets}")
        return GssClient(f"{service}@{self.kdc.realm}", tickets, **more)

    def connect(self, version=1):
        connection = RawConnection(self.broker.addresses["BARE"])
        self.addCleanup(connection.socket.close)
        self.assertEqual(handshake(connection, "GSSAPI", version), (0, ["GSSAPI"]))
        return connection

    def up_to_the_offer(self, connection, client):
        """The server's offer, unwrapped."""
        answer = authenticate(connection, client.step())
        self.assertEqual(answer[:2], (0, ""))
        if not client.is_established:
            self.assertEqual(client.step(answer[2]), b"")
            answer = authenticate(connection, b"")
        self.assertTrue(client.is_established)
        return client.unwrap(answer[2])

    def log_in(self, connection, client, choice=NO_LAYER):
        self.up_to_the_offer(connection, client)
        return authenticate(connection, client.wrap(choice))

    def test_each_message_of_a_login(self):
        connection, client = self.connect(), self.client()
        self.assertEqual(self.up_to_the_offer(connection, client), b"\1\1\0\0")
        self.assertEqual(authenticate(connection, client.wrap(NO_LAYER)), (0, "", b"", LIFETIME_MS))
        self.assertIsNotNone(connection.call(metadata_request()))

    def test_tokens_may_come_bare(self):
        """After a SaslHandshake of version 0, as clients before Kafka 1.0 log in."""
        connection, client = self.connect(version=0), self.client()
        self.assertEqual(client.step(connection.call(client.step())), b"")
        self.assertEqual(client.unwrap(connection.call(b"")), b"\1\1\0\0")
        connection.send(client.wrap(NO_LAYER))  # The last word of the login: there is no answer to it.
        self.assertEqual(Cursor(connection.call(metadata_request())).take("i"), METADATA_CORRELATION_ID)

    def test_a_client_may_do_without_the_proof_of_the_server(self):
        connection = self.connect()
        self.assertEqual(self.log_in(connection, self.client(flags=INTEGRITY)), (0, "", b"", LIFETIME_MS))

    def test_an_authorization_id_changes_nothing(self):
        connection = self.connect()
        self.assertEqual(self.log_in(connection, self.client(), NO_LAYER + b"admin")[0], 0)
        handshake(connection, "GSSAPI")
        self.assertEqual(self.log_in(connection, self.client())[0], 0, "it was alice all the time")

    def test_nobody_becomes_another_by_logging_in_again(self):
        connection = self.connect()
        self.assertEqual(self.log_in(connection, self.client())[0], 0)
        handshake(connection, "GSSAPI")
        self.assertEqual(self.log_in(connection, self.client("bob"))[:2], (
            SASL_AUTHENTICATION_FAILED, "Cannot change principals during re-authentication from User.ALice: User.bob"))

    def assert_refused(self, answer):
        self.assertEqual(answer[:3], (SASL_AUTHENTICATION_FAILED, REFUSED, b""))

    def test_layers_are_refused(self):
        self.assert_refused(self.log_in(self.connect(), self.client(), INTEGRITY_LAYER))

    def test_what_is_no_token_is_refused(self):
        for token in (b"", b"hello", bytes(100), self.client().step()[:-1], b"\x60\x84\xff\xff\xff\xff" + bytes(40)):
            with self.subTest(token=token[:10]):
                self.assert_refused(authenticate(self.connect(), token))

    def test_a_ticket_for_another_service_is_refused(self):
        self.assert_refused(authenticate(self.connect(), self.client(service="other/localhost").step()))

    def test_a_token_is_taken_once(self):
        token = self.client().step()
        self.assertEqual(authenticate(self.connect(), token)[0], 0)
        self.assert_refused(authenticate(self.connect(), token))

    def test_a_clock_that_is_off_is_refused(self):
        token = self.client().step()
        time.sleep(SKEW_SECONDS + 1.1)  # What is tested is that time has passed.
        self.assert_refused(authenticate(self.connect(), token))

    def test_a_session_outlives_its_ticket(self):
        tickets = self.folder / "tickets-short"
        self.kdc.run("kinit", "-l", f"{TICKET_SECONDS}s", "-k", "-t", self.keytab, "alice", KRB5CCNAME=f"FILE:{tickets}")
        connection = self.connect()
        self.assertEqual(self.log_in(connection, GssClient(f"kafka/localhost@{self.kdc.realm}", tickets))[0], 0)
        time.sleep(TICKET_SECONDS + 1)  # What is tested is that time has passed.
        with self.assertRaises(RuntimeError):
            GssClient(f"kafka/localhost@{self.kdc.realm}", tickets).step()
        self.assertIsNotNone(connection.call(metadata_request()))

    def test_keys_may_change_while_the_broker_runs(self):
        self.kdc.run("kadmin.local", "cpw", "-randkey", "kafka/localhost")
        self.addCleanup(self.kdc.keytab, "broker", "kafka/localhost")
        tickets = self.folder / "tickets-after"
        self.kdc.run("kinit", "-k", "-t", self.keytab, "bob", KRB5CCNAME=f"FILE:{tickets}")

        def client():
            return GssClient(f"kafka/localhost@{self.kdc.realm}", tickets)
        self.assert_refused(authenticate(self.connect(), client().step()))
        self.kdc.run("kadmin.local", "ktadd", "-norandkey", "-k", self.broker_keytab, "kafka/localhost")
        self.assertEqual(self.log_in(self.connect(), client())[0], 0)

    def test_rules_make_the_principals(self):
        python = python_environment("ecosystem-python", HERE.parent / "ecosystem" / "python" / "requirements.txt")
        cases = {f"{principal.replace('/', '.')}@right": principal for principal in USERS}
        # Not that of the rules, but the principal's own.
        acls = [f"User:{USERS[principal]}=java-{name.replace('@', '.')}" for name, principal in cases.items()]
        run(python / "bin" / "python", HERE / "rdkafka_acls.py", self.broker.address, *acls, "User:alice=java-alice.wrong")
        cases["alice@wrong"] = "alice"
        settings = {name: {"bootstrap.servers": self.broker.addresses["BARE"], "security.protocol": "SASL_PLAINTEXT",
                           "sasl.mechanism": "GSSAPI", "sasl.kerberos.service.name": "kafka",
                           "sasl.jaas.config": keytab_login(self.keytab, f"{principal}@{self.kdc.realm}")}
                    for name, principal in cases.items()}
        found = java_logins(self.folder / "java", settings)
        wrong = {("alice@wrong", kind): found.pop(("alice@wrong", kind)) for kind in KINDS}
        self.assertEqual(found, all_ok(*(name for name in cases if name != "alice@wrong")))
        for outcome in wrong.values():
            self.assertIn("AuthorizationException", outcome)


@unittest.skipIf(os.environ.get("BROKER_KIND", "muir") != "muir", "Java keeps its replay cache in memory")
class ReplayCache(unittest.TestCase):
    """A file that another process may hold the lock of: here, this one does."""

    LOGINS, OTHERS, OTHER_SECONDS_MAX = 10, 50, 5

    def start(self, login_seconds_max):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="gssapi-replays-")))
        self.kdc = Kdc(self.folder / "kdc")
        keytab = self.kdc.keytab("broker", "kafka/localhost")
        self.addCleanup(self.kdc.stop)
        self.kdc.start()
        self.enterContext(unittest.mock.patch.dict(os.environ, self.kdc.environment()))
        self.broker = SecureBroker(self.folder / "broker", {"BARE": "SASL_PLAINTEXT"}, settings={
            "sasl.enabled.mechanisms": "GSSAPI", "sasl.kerberos.service.name": "kafka",
            "muir.authentication.timeout.ms": login_seconds_max * 1000,
            "listener.name.bare.gssapi.sasl.jaas.config": keytab_login(keytab, f"kafka/localhost@{self.kdc.realm}")})
        self.addCleanup(self.broker.kill)
        self.broker.start()
        self.tickets = self.folder / "tickets"
        self.kdc.run("kinit", "-k", "-t", self.kdc.keytab("alice", "alice"), "alice", KRB5CCNAME=f"FILE:{self.tickets}")
        self.assertEqual(authenticate(self.connect(), self.token())[0], 0)  # Now there is the file.
        self.file = self.enterContext(open(self.folder / "kdc" / "replays", "r+b"))

    def token(self):
        return GssClient(f"kafka/localhost@{self.kdc.realm}", self.tickets).step()

    def connect(self):
        connection = RawConnection(self.broker.addresses["BARE"])
        self.addCleanup(connection.socket.close)
        self.assertEqual(handshake(connection, "GSSAPI")[0], 0)
        return connection

    def begin(self, connection, token):
        connection.send(request_header(SASL_AUTHENTICATE, 1, 6) + struct.pack(">i", len(token)) + token)

    def test_a_login_that_waits_holds_up_nobody_else(self):
        self.start(login_seconds_max=60)
        logins = [(self.connect(), self.token()) for _ in range(self.LOGINS)]
        fcntl.lockf(self.file, fcntl.LOCK_EX)
        for connection, token in logins:
            self.begin(connection, token)
        for _ in range(self.OTHERS):
            with RawConnection(self.broker.address, timeout=self.OTHER_SECONDS_MAX) as other:
                self.assertIsNotNone(other.call(metadata_request()))
        self.assertEqual(select.select([connection.socket for connection, _ in logins], [], [], 0)[0], [])
        fcntl.lockf(self.file, fcntl.LOCK_UN)
        for connection, _ in logins:
            self.assertEqual(Cursor(connection.receive()).take("ih"), (6, 0))

    def test_a_login_that_waits_too_long_is_cut_off(self):
        self.start(login_seconds_max=3)
        logins = [(self.connect(), self.token()) for _ in range(self.LOGINS)]
        fcntl.lockf(self.file, fcntl.LOCK_EX)
        for connection, token in logins:
            self.begin(connection, token)
        for connection, _ in logins:
            self.assertIsNone(connection.receive())
        fcntl.lockf(self.file, fcntl.LOCK_UN)
        self.assertEqual(authenticate(self.connect(), self.token())[0], 0)
        self.broker.stop()


@unittest.skipIf(os.environ.get("BROKER_KIND", "muir") != "muir", "Apache Kafka has other words")
class Start(unittest.TestCase):
    def test_a_keytab_that_does_not_fit_stops_the_start(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="gssapi-start-")))
        for keytab, principal in ((folder / "missing", "kafka/localhost@R"), (folder, "kafka/localhost@R")):
            broker = SecureBroker(folder / "broker", {"BARE": "SASL_PLAINTEXT"}, settings={
                "sasl.enabled.mechanisms": "GSSAPI", "sasl.kerberos.service.name": "kafka",
                "listener.name.bare.gssapi.sasl.jaas.config": keytab_login(keytab, principal)})
            self.addCleanup(broker.kill)
            with self.assertRaisesRegex(RuntimeError, f"Listener BARE cannot take tickets for {principal}"):
                broker.start()


if __name__ == "__main__":
    unittest.main()
