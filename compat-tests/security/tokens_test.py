#!/usr/bin/env python3
"""Delegation tokens: made, seen, renewed, ended, and what logging in with one gives; answer for answer as Apache Kafka."""

import base64
import pathlib
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import raw_tokens  # noqa: E402
from raw_login import SASL_AUTHENTICATION_FAILED, log_in, metadata_request  # noqa: E402
from kafka_messages import create_topic  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from raw_tokens import (AUTH_DISABLED, AUTHORIZATION_FAILED, EXPIRED, INVALID_PRINCIPAL_TYPE, NONE, NOT_FOUND,  # noqa: E402
                        OWNER_MISMATCH, REQUEST_NOT_ALLOWED, UNKNOWN_SERVER_ERROR, create, describe, expire, renew)
from logins import JAVA, KINDS, all_ok, outcomes, run  # noqa: E402
from broker_process import default_kind  # noqa: E402
from secured_broker import PASSWORD, SCRAM_MODULE, SecuredBroker  # noqa: E402

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
MAX_LIFETIME_MS = 7 * DAY_MS
SECRET_KEY = "planted-secret-key"
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
AUTHORIZER = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
REFUSED = "Authentication failed during authentication due to invalid credentials with SASL mechanism "
TOPIC_AUTHORIZATION_FAILED = 29


def until(is_so, why, seconds=20):
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise AssertionError(why)
        time.sleep(0.05)


def connected(address):
    """Apache Kafka opens its listeners one by one."""
    for _ in range(100):
        try:
            return RawConnection(address)
        except ConnectionRefusedError:
            time.sleep(0.05)
    return RawConnection(address)


def acls(broker, *arguments):
    run(JAVA, "-J-Dlog.level=off", "org.apache.kafka.tools.AclCommand", "--bootstrap-server", broker.address, "--add", *arguments)


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tokens-")
        cls.path = pathlib.Path(cls.folder.name)
        # ANONYMOUS is this test's own hand on the plain listener; alice may do everything, bob what the ACLs say.
        cls.broker = SecuredBroker(cls.path / "broker", settings={
            "delegation.token.secret.key": SECRET_KEY, "delegation.token.expiry.check.interval.ms": 1000,
            "authorizer.class.name": AUTHORIZER, "super.users": "User:ANONYMOUS;User:alice"})
        cls.broker.start()

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.folder.cleanup()

    def connect(self, user=None):
        connection = connected(self.broker.sasl_address)
        self.addCleanup(connection.socket.close)
        if user:
            password = PASSWORD if user == "alice" else "builder"
            self.assertEqual(log_in(connection, "PLAIN", user, password)[0], NONE)
        return connection

    def log_in_with(self, token, mechanism="SCRAM-SHA-512", hmac=None, extensions=",tokenauth=true", **details):
        """(connection, what the last message was answered with)"""
        connection = self.connect()
        password = base64.b64encode(token.hmac if hmac is None else hmac).decode()
        return connection, log_in(connection, mechanism, token.id, password, extensions=extensions, **details)

    # A token is there for a moment before every part of a broker knows of it.
    def usable(self, token):
        until(lambda: self.log_in_with(token)[1][0] == NONE, "nobody can log in with the token")
        return token

    def expire_now(self, connection, hmac, version=2):
        error, expires = expire(connection, hmac, -1, version)
        self.assertEqual(error, NONE)
        self.assertLess(abs(expires - time.time() * 1000), 60_000)

    def test_every_version_makes_shows_renews_and_ends_a_token(self):
        alice = self.connect("alice")
        for version in raw_tokens.VERSIONS[raw_tokens.CREATE]:
            with self.subTest(version=version):
                before = int(time.time() * 1000)
                made = create(alice, ["User:bob", "User:carol"], version=version)
                self.assertEqual((made.error, made.owner), (NONE, "User:alice"))
                self.assertEqual(made.requester, "User:alice" if version >= 3 else None)
                self.assertLess(abs(made.issued - before), 60_000)
                self.assertEqual((made.expires - made.issued, made.ends - made.issued), (DAY_MS, MAX_LIFETIME_MS))
                self.assertEqual((len(made.id), len(made.hmac)), (22, 64))

                until(lambda: made.id in describe(alice, version=version)[1], "the token is not shown")
                shown = describe(alice, version=version)[1][made.id]
                self.assertEqual(shown._replace(renewers=()), made)
                self.assertEqual(sorted(shown.renewers), ["User:bob", "User:carol"])

                error, expires = renew(alice, made.hmac, HOUR_MS, min(version, 2))
                self.assertEqual(error, NONE)
                self.assertLess(abs(expires - before - HOUR_MS), 60_000)
                until(lambda: describe(alice)[1][made.id].expires == expires, "the token is not renewed")
                self.expire_now(alice, made.hmac, min(version, 2))
                until(lambda: made.id not in describe(alice)[1], "the token is still there")
                self.assertEqual(renew(alice, made.hmac, -1, min(version, 2)), (NOT_FOUND, 0))
                self.assertEqual(expire(alice, made.hmac, -1, min(version, 2)), (NOT_FOUND, 0))

    def test_times_stay_within_the_limits(self):
        alice = self.connect("alice")
        short = create(alice, max_lifetime_ms=HOUR_MS)
        self.assertEqual((short.expires - short.issued, short.ends - short.issued), (HOUR_MS, HOUR_MS))
        for asked in (0, -5, 30 * DAY_MS, (1 << 63) - 1):
            made = create(alice, max_lifetime_ms=asked)
            self.assertEqual((made.expires - made.issued, made.ends - made.issued), (DAY_MS, MAX_LIFETIME_MS))
        until(lambda: short.id in describe(alice)[1], "the token is not shown")
        self.assertEqual(renew(alice, short.hmac, (1 << 63) - 1), (NONE, short.ends))
        self.assertEqual(expire(alice, short.hmac, (1 << 63) - 1), (NONE, short.ends))
        self.expire_now(alice, short.hmac)

    def test_who_may_not_ask_is_told_so_in_kafkas_order(self):
        bob = self.connect("bob")
        refused = (-1, -1, -1, "", b"")
        for version in (1, 2, 3):
            made = create(bob, ["Group:staff"], version=version)
            self.assertEqual((made.error, made.owner, *made[3:8]), (INVALID_PRINCIPAL_TYPE, "User:bob", *refused))
        made = create(bob, ["Group:staff"], owner="User:carol")
        self.assertEqual((made.error, made.owner, made.requester, *made[3:8]),
                         (AUTHORIZATION_FAILED, "User:carol", "User:bob", *refused))
        made = create(bob, owner=(None, "carol"))
        self.assertEqual((made.error, made.owner, made.requester), (UNKNOWN_SERVER_ERROR, "User:ANONYMOUS", "User:ANONYMOUS"))
        self.assertEqual(create(bob, owner=("Group", "")).owner, "User:bob", "a type without a name is nobody else")
        self.assertEqual(create(bob, owner="User:bob").error, NONE)
        with RawConnection(self.broker.address) as plain:
            made = create(plain, ["Group:staff"], owner="User:carol")
            self.assertEqual((made.error, made.owner, made.requester, *made[3:8]),
                             (REQUEST_NOT_ALLOWED, "User:carol", "User:ANONYMOUS", *refused))
            self.assertEqual(renew(plain, b"x"), (REQUEST_NOT_ALLOWED, -1))
            self.assertEqual(expire(plain, b"x"), (REQUEST_NOT_ALLOWED, -1))
            self.assertEqual(describe(plain), (REQUEST_NOT_ALLOWED, {}))

    def test_a_token_is_its_owners_and_its_renewers(self):
        alice, bob = self.connect("alice"), self.connect("bob")
        own = create(alice)
        shared = create(alice, ["User:bob"])
        until(lambda: own.id in describe(alice)[1] and shared.id in describe(alice)[1], "the tokens are not shown")
        self.assertEqual(renew(bob, own.hmac), (OWNER_MISMATCH, 0))
        self.assertEqual(expire(bob, own.hmac), (OWNER_MISMATCH, 0))
        self.assertEqual(renew(bob, shared.hmac)[0], NONE)
        seen = describe(bob)[1]
        self.assertIn(shared.id, seen)
        self.assertNotIn(own.id, seen)
        self.assertIn(shared.id, describe(bob, ["User:alice"])[1])
        self.assertNotIn(shared.id, describe(bob, ["User:carol"])[1])
        self.assertEqual(describe(bob, []), (NONE, {}))
        self.expire_now(bob, shared.hmac)

    def test_acls_show_tokens_and_let_one_ask_for_another(self):
        alice, bob = self.connect("alice"), self.connect("bob")
        mine, yours = create(alice), create(alice, owner="User:dora")
        self.assertEqual((yours.error, yours.owner, yours.requester), (NONE, "User:dora", "User:alice"))
        until(lambda: {mine.id, yours.id} <= describe(alice)[1].keys(), "the tokens are not shown")
        self.assertFalse({mine.id, yours.id} & describe(bob)[1].keys())

        acls(self.broker, "--allow-principal", "User:bob", "--operation", "Describe", "--delegation-token", mine.id)
        until(lambda: mine.id in describe(bob)[1], "DESCRIBE on the token shows it")
        self.assertNotIn(yours.id, describe(bob)[1])
        acls(self.broker, "--allow-principal", "User:bob", "--operation", "DescribeTokens", "--user-principal", "User:dora")
        until(lambda: yours.id in describe(bob)[1], "DESCRIBE_TOKENS on the owner shows it")
        self.assertEqual(describe(bob, ["User:dora"])[1].keys(), {yours.id})

        self.assertEqual(create(bob, owner="User:erna").error, AUTHORIZATION_FAILED)
        acls(self.broker, "--allow-principal", "User:bob", "--operation", "CreateTokens", "--user-principal", "User:erna")
        until(lambda: create(bob, owner="User:erna").error == NONE, "CREATE_TOKENS on the owner lets him")
        made = create(bob, owner="User:erna")
        until(lambda: made.id in describe(bob)[1], "the requester sees the token")
        self.assertEqual(renew(bob, made.hmac), (OWNER_MISMATCH, 0), "but it is not his")

    def test_its_holder_logs_in_as_its_owner(self):
        alice, bob = self.connect("alice"), self.connect("bob")
        for mechanism in SCRAM:
            with self.subTest(mechanism=mechanism):
                token = self.usable(create(alice))
                connection, end = self.log_in_with(token, mechanism)
                self.assertEqual(end[0], NONE)
                self.assertTrue(end[2].startswith(b"v="))
                self.assertEqual(create_topic(connection, "made-with-alices-token-" + mechanism), NONE)
                connection, end = self.log_in_with(self.usable(create(bob)), mechanism)
                self.assertEqual(end[0], NONE)
                self.assertEqual(create_topic(connection, "made-with-bobs-token"), TOPIC_AUTHORIZATION_FAILED)
        self.assertEqual(self.log_in_with(token, extensions=",tokenauth=TRUE")[1][0], NONE)

    def test_a_session_ends_when_its_token_does(self):
        token = self.usable(create(self.connect("alice"), max_lifetime_ms=20_000))
        connection, (error, _, _, lifetime_ms) = self.log_in_with(token)
        self.assertEqual(error, NONE)
        self.assertTrue(0 < lifetime_ms <= 20_000, lifetime_ms)
        self.assertLess(abs(token.expires - time.time() * 1000 - lifetime_ms), 2_000)
        until(lambda: connection.call(metadata_request()) is None, "the session outlives its token", 30)
        self.assertGreaterEqual(time.time() * 1000, token.expires)

    def test_a_token_makes_shows_and_moves_no_token(self):
        token = self.usable(create(self.connect("alice")))
        connection, _ = self.log_in_with(token)
        self.assertEqual(create(connection).error, REQUEST_NOT_ALLOWED)
        self.assertEqual(renew(connection, token.hmac), (REQUEST_NOT_ALLOWED, -1))
        self.assertEqual(expire(connection, token.hmac), (REQUEST_NOT_ALLOWED, -1))
        self.assertEqual(describe(connection), (REQUEST_NOT_ALLOWED, {}))

    def test_what_does_not_log_in(self):
        alice = self.connect("alice")
        token, gone = self.usable(create(alice)), self.usable(create(alice))
        self.assertEqual(expire(alice, gone.hmac, -1)[0], NONE)
        until(lambda: self.log_in_with(gone)[1][0] != NONE, "a token that is gone lets nobody in")
        unknown = token._replace(id="AAAAAAAAAAAAAAAAAAAAAA")
        for mechanism in SCRAM:
            for case, end in {"wrong hmac": self.log_in_with(token, mechanism, hmac=b"\0" * 64),
                              "another's hmac": self.log_in_with(token, mechanism, hmac=gone.hmac),
                              "not said to be a token": self.log_in_with(token, mechanism, extensions=""),
                              "said not to be": self.log_in_with(token, mechanism, extensions=",tokenauth=false"),
                              "unknown": self.log_in_with(unknown, mechanism),
                              "gone": self.log_in_with(gone, mechanism)}.items():
                with self.subTest(mechanism=mechanism, case=case):
                    self.assertEqual(end[1][:2], (SASL_AUTHENTICATION_FAILED, REFUSED + mechanism))
        # CVE-2017-12610: nobody becomes another, not even by the name of the token's owner.
        for name in ("alice", "bob"):
            self.assertEqual(self.log_in_with(token, authorization_id=name)[1][:2],
                             (SASL_AUTHENTICATION_FAILED, "Authentication failed: Client requested an authorization id "
                              "that is different from username"))
        self.assertEqual(self.log_in_with(token, authorization_id=token.id)[1][0], NONE)
        connection = self.connect()
        password = base64.b64encode(token.hmac).decode()
        self.assertEqual(log_in(connection, "PLAIN", token.id, password)[0], SASL_AUTHENTICATION_FAILED)

    def test_an_ended_token_is_swept_away(self):
        alice = self.connect("alice")
        token = create(alice, max_lifetime_ms=1)
        until(lambda: renew(alice, token.hmac)[0] in (EXPIRED, NOT_FOUND), "the token does not end")
        until(lambda: renew(alice, token.hmac) == (NOT_FOUND, 0), "the token is not swept away")
        self.assertNotIn(token.id, describe(alice)[1])

    def test_tokens_outlive_the_broker(self):
        token = self.usable(create(self.connect("alice"), ["User:bob"]))
        self.broker.stop()
        self.broker.start()
        until(lambda: self.log_in_with(token)[1][0] == NONE, "nobody can log in with the token")
        shown = describe(self.connect("bob"))[1][token.id]
        self.assertEqual(shown, token._replace(renewers=("User:bob",)))

    def test_java_logs_in_and_its_tool_does_the_rest(self):
        def config(name, user, password, more=""):
            file = self.path / name
            file.write_text(f"bootstrap.servers={self.broker.sasl_address}\nsecurity.protocol=SASL_PLAINTEXT\n"
                            f"sasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config={SCRAM_MODULE} required "
                            f'username="{user}" password="{password}"{more};\n')
            return file

        by_password = config("by-password", "alice", PASSWORD)

        def tool(*arguments):
            return run(JAVA, "-J-Dlog.level=off", "org.apache.kafka.tools.DelegationTokenCommand", "--bootstrap-server",
                       self.broker.sasl_address, "--command-config", by_password, *arguments)

        made = tool("--create", "--max-life-time-period", "-1", "--renewer-principal", "User:bob", "--owner-principal", "User:alice")
        words = next(line for line in made.splitlines() if "User:bob" in line and not line.startswith("Calling")).split()
        token_id, hmac = words[0], words[1]
        self.assertEqual(len(base64.b64decode(hmac)), 64)
        for mechanism in SCRAM:
            file = config(f"{mechanism}@token", token_id, hmac, ' tokenauth="true"')
            file.write_text(file.read_text().replace("sasl.mechanism=SCRAM-SHA-512", f"sasl.mechanism={mechanism}"))
        wrong = config("SCRAM-SHA-512@wrong", token_id, base64.b64encode(b"\0" * 64).decode(), ' tokenauth="true"')
        found = outcomes(run(JAVA, "-J-Dlog.level=off", "muir.compat.Logins", *(self.path / f"{m}@token" for m in SCRAM), wrong))
        self.assertLessEqual(all_ok(*(f"{m}@token" for m in SCRAM)).items(), found.items())
        for kind in KINDS:
            self.assertIn(REFUSED + "SCRAM-SHA-512", found["SCRAM-SHA-512@wrong", kind])

        self.assertIn(token_id, tool("--describe", "--owner-principal", "User:alice"))
        self.assertIn("Completed renew operation", tool("--renew", "--hmac", hmac, "--renew-time-period", "-1"))
        self.assertIn("Completed expire operation", tool("--expire", "--hmac", hmac, "--expiry-time-period", "-1"))
        self.assertNotIn(token_id, tool("--describe"))

    def test_secrets_are_in_no_log(self):
        token = self.usable(create(self.connect("alice")))
        log = self.broker.log.read_text(errors="replace")
        for secret in (SECRET_KEY, base64.b64encode(token.hmac).decode(), token.hmac.hex(), PASSWORD, "builder"):
            self.assertNotIn(secret, log)


class Directory(unittest.TestCase):
    @unittest.skipIf(default_kind() != "muir", "both brokers take part")
    def test_both_brokers_know_the_tokens_of_a_directory(self):
        with tempfile.TemporaryDirectory(prefix="tokens-directory-") as folder:
            broker = SecuredBroker(pathlib.Path(folder) / "broker", settings={"delegation.token.secret.key": SECRET_KEY})
            tokens = {}
            for kind in ("muir", "kafka", "muir"):
                broker.kind = kind
                with broker, connected(broker.sasl_address) as alice:
                    self.assertEqual(log_in(alice, "PLAIN", "alice", PASSWORD)[0], NONE)
                    for token in tokens.values():
                        self.assertEqual(describe(alice)[1][token.id], token)
                        for mechanism in SCRAM:
                            with connected(broker.sasl_address) as holder:
                                end = log_in(holder, mechanism, token.id, base64.b64encode(token.hmac).decode(),
                                             extensions=",tokenauth=true")
                                self.assertEqual(end[0], NONE, (kind, mechanism))
                    made = create(alice)
                    tokens[made.id] = made
                    until(lambda: made.id in describe(alice)[1], "the token is not shown")


class NoTokens(unittest.TestCase):
    def test_without_a_secret_key_there_are_none(self):
        with tempfile.TemporaryDirectory(prefix="no-tokens-") as folder:
            broker = SecuredBroker(pathlib.Path(folder) / "broker")
            with broker, connected(broker.sasl_address) as alice:
                self.assertEqual(log_in(alice, "PLAIN", "alice", PASSWORD)[0], NONE)
                for version in (1, 2, 3):
                    made = create(alice, ["User:bob"], version=version)
                    self.assertEqual((made.error, made.owner, *made[3:8]), (AUTH_DISABLED, "User:alice", 0, 0, 0, "", b""))
                    self.assertEqual(describe(alice, version=version), (AUTH_DISABLED, {}))
                self.assertEqual(create(alice, ["Group:staff"]).error, INVALID_PRINCIPAL_TYPE)
                self.assertEqual(renew(alice, b"x"), (AUTH_DISABLED, 0))
                self.assertEqual(expire(alice, b"x"), (AUTH_DISABLED, 0))
                self.assertEqual(describe(alice, []), (AUTH_DISABLED, {}))


if __name__ == "__main__":
    unittest.main()
