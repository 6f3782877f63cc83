#!/usr/bin/env python3
"""SCRAM users made, shown, changed and removed by kafka-configs, and what that does to their logins."""

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


if __name__ == "__main__":
    unittest.main()
