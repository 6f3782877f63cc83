#!/usr/bin/env python3
"""Starts the broker with each setting that asks for protection it cannot give yet: it must refuse, and say why.

`muir config --protected` prints them, a key, a tab and a value a line.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import Broker, muir_program  # noqa: E402

SECONDS_MAX = 15
HIDDEN = "[hidden]"
# A broker that forgot one of these would promise what it does not do.
AT_LEAST = {"authorizer.class.name", "alter.config.policy.class.name",
            "create.topic.policy.class.name", "principal.builder.class", "remote.log.storage.system.enable",
            "sasl.server.callback.handler.class", "ssl.engine.factory.class"}


def protected_keys():
    out = subprocess.run([muir_program(), "config", "--protected"], capture_output=True, text=True, check=True).stdout
    return [tuple(line.split("\t", 1)) for line in out.splitlines()]


def is_secret(key):
    return key.endswith(("password", "jaas.config", "keystore.key"))


class ProtectedKeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="protected-")
        cls.broker = Broker(cls.folder.name, "muir")
        cls.broker.format()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def start(self, *settings):
        command = [muir_program(), "broker", str(self.broker.file)]
        for setting in settings:
            command += ["--override", setting]
        try:
            done = subprocess.run(command, cwd=self.folder.name, capture_output=True, text=True, timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.fail(f"with {settings} the broker was still running after {SECONDS_MAX} s")
        return done.returncode, (done.stdout + done.stderr).splitlines()

    def test_the_list_holds_what_must_be_protected(self):
        self.assertEqual(AT_LEAST - {key for key, _ in protected_keys()}, set())

    def test_each_key_stops_the_start_with_one_line(self):
        for key, value in protected_keys():
            with self.subTest(key=key, value=value):
                status, lines = self.start(f"{key}={value}")
                self.assertNotIn(status, (0, None), lines)
                self.assertGreater(status, 0, f"ended by a signal: {lines}")
                # The map of protocols is a fault of the listener that it names.
                names = [key, "listeners"] if key == "listener.security.protocol.map" else [key]
                about = [line for line in lines if any(name in line for name in names)]
                self.assertEqual(len(about), 1, lines)
                if is_secret(key) or HIDDEN in about[0]:
                    self.assertIn(HIDDEN, about[0])
                    self.assertNotIn(f"={value}", "\n".join(lines), "a secret is shown")
                elif key == names[-1]:
                    self.assertTrue(value in about[0] or value.split(",")[0].split("://")[0] in about[0], about[0])

    def test_safe_values_of_the_same_keys_do_not_stop_it(self):
        broker = Broker(os.path.join(self.folder.name, "safe"), "muir", {"authorizer.class.name": "", "ssl.provider": "",
                                                                         "remote.log.storage.system.enable": "false"})
        with broker:
            pass


if __name__ == "__main__":
    unittest.main()
