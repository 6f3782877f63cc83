#!/usr/bin/env python3
"""SCRAM users made, shown, changed and removed by kafka-configs, and what that does to their logins."""

import base64
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from raw_login import Scram, authenticate, handshake  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from logins import JAVA, run  # noqa: E402
from secured_broker import SecuredBroker  # noqa: E402
from broker_process import default_kind  # noqa: E402

MECHANISM = "SCRAM-SHA-512"


class ScramUsers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="scram-users-")
        cls.broker = SecuredBroker(pathlib.Path(cls.folder.name) / "broker")
        cls.broker.start()

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.folder.cleanup()

    def configs(self, *arguments):
        return run(JAVA, "-J-Dlog.level=off", "kafka.admin.ConfigCommand", "--bootstrap-server", self.broker.address,
                   "--entity-type", "users", *arguments)

    def logs_in(self, user, password):
        with RawConnection(self.broker.sasl_address) as connection:
            self.assertEqual(handshake(connection, MECHANISM)[0], 0)
            scram = Scram(MECHANISM, user, password)
            first = authenticate(connection, scram.first())
            return first[0] == 0 and authenticate(connection, scram.final(first[2]))[0] == 0

    def test_a_user_comes_changes_and_goes(self):
        self.assertFalse(self.logs_in("carol", "first"))
        self.configs("--entity-name", "carol", "--alter", "--add-config", f"{MECHANISM}=[iterations=8192,password=first]")
        self.assertTrue(self.logs_in("carol", "first"))
        self.assertFalse(self.logs_in("carol", "second"))
        self.assertIn(f"{MECHANISM}=iterations=8192", self.configs("--entity-name", "carol", "--describe"))

        self.configs("--entity-name", "carol", "--alter", "--add-config", f"{MECHANISM}=[password=second]")
        self.assertFalse(self.logs_in("carol", "first"))
        self.assertTrue(self.logs_in("carol", "second"))

        self.broker.stop()
        self.broker.start()
        self.assertTrue(self.logs_in("carol", "second"), "after a restart")

        self.configs("--entity-name", "carol", "--alter", "--delete-config", MECHANISM)
        self.assertFalse(self.logs_in("carol", "second"))
        shown = self.configs("--describe")
        self.assertIn("alice", shown)
        self.assertNotIn("carol", shown)

    def refused(self, *arguments):
        """What the tool says when it fails."""
        with self.assertRaises(RuntimeError) as failure:
            self.configs(*arguments)
        return str(failure.exception)

    def test_each_mechanism_by_itself_and_both_at_once(self):
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            user = ("--entity-name", f"dora-{mechanism}")
            self.configs(*user, "--alter", "--add-config", f"{mechanism}=[iterations=4096,password=one]")
            shown = self.configs(*user, "--describe")
            self.assertIn(f"SCRAM credential configs for user-principal 'dora-{mechanism}' are {mechanism}=iterations=4096", shown)
            self.configs(*user, "--alter", "--delete-config", mechanism)
            self.assertNotIn("iterations", self.configs(*user, "--describe"))
        user = ("--entity-name", "erna")
        self.configs(*user, "--alter", "--add-config", "SCRAM-SHA-256=[iterations=16384,password=one]")
        self.configs(*user, "--alter", "--add-config", "SCRAM-SHA-512=[password=two]")
        shown = self.configs(*user, "--describe")
        self.assertIn("SCRAM-SHA-256=iterations=16384", shown)
        self.assertIn("SCRAM-SHA-512=iterations=4096", shown)
        self.assertTrue(self.logs_in("erna", "two"))

    def test_what_is_refused_and_how(self):
        user = ("--entity-name", "frieda", "--alter")
        for config, words in ((f"{MECHANISM}=[iterations=4095,password=x]", "4095"),
                              (f"{MECHANISM}=[iterations=16385,password=x]", "Too many iterations"),
                              ("SCRAM-SHA-1=[password=x]", "SCRAM-SHA-1"), (f"{MECHANISM}=[password=]", "password")):
            with self.subTest(config=config):
                self.assertIn(words, self.refused(*user, "--add-config", config))
        self.assertIn("Attempt to delete a user credential that does not exist",
                      self.refused(*user, "--delete-config", MECHANISM))
        self.assertNotIn("frieda", self.configs("--describe"))

    def server_first(self, user):
        """(salt, iterations) that a stranger is told of this user."""
        with RawConnection(self.broker.sasl_address) as connection:
            self.assertEqual(handshake(connection, MECHANISM)[0], 0)
            error, _, told, _ = authenticate(connection, Scram(MECHANISM, user, "guess").first())
            self.assertEqual(error, 0)
            _, salt, iterations = (part[2:] for part in told.decode().split(","))
            return base64.b64decode(salt), int(iterations)

    @unittest.skipIf(default_kind() != "muir", "Apache Kafka tells at once that there is no such user")
    def test_users_who_do_not_exist_look_like_those_who_do(self):
        for i in range(6):
            iterations = 4096 if i % 2 else 7777
            self.configs("--entity-name", f"many-{i}", "--alter", "--add-config", f"{MECHANISM}=[iterations={iterations},password=x]")
        real = {iterations for _, iterations in (self.server_first(f"many-{i}") for i in range(6))}
        told = {f"nobody-{i}": self.server_first(f"nobody-{i}") for i in range(60)}
        self.assertEqual({iterations for _, iterations in told.values()}, real | {4096})
        self.assertEqual(len({salt for salt, _ in told.values()}), len(told))
        for salt, _ in told.values():
            if len(salt) != len(self.server_first("alice")[0]):
                self.assertRegex(salt.decode("latin1"), r"\A[0-9a-z]{22,26}\Z", "as kafka-configs makes them")
        self.broker.stop()
        self.broker.start()
        self.assertEqual({user: self.server_first(user) for user in told}, told, "after a restart")


if __name__ == "__main__":
    unittest.main()
