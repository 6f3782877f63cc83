#!/usr/bin/env python3
"""Java's clients and librdkafka log in, with right and wrong passwords, by each mechanism; Apache Kafka passes too."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from secured_broker import COMPAT, PASSWORD, PLAIN_MODULE, SCRAM_MODULE, SecuredBroker  # noqa: E402
from test_cache import python_environment  # noqa: E402

JAVA = COMPAT / "lib" / "java"
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
SECONDS_MAX = 240
WRONG = {"wrong-password": ("alice", "guess"), "unknown-user": ("mallory", PASSWORD)}


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def outcomes(text):
    """{case: what became of it}"""
    return dict(line.split("\t", 1) for line in text.splitlines() if "\t" in line)


def java_settings(address, mechanism, user, password):
    module = PLAIN_MODULE if mechanism == "PLAIN" else SCRAM_MODULE
    return {"bootstrap.servers": address, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": mechanism,
            "sasl.jaas.config": f'{module} required username="{user}" password="{password}";'}


def rdkafka_settings(address, mechanism, user, password):
    return {"bootstrap.servers": address, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": mechanism,
            "sasl.username": user, "sasl.password": password}


class Sasl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="sasl-")
        cls.path = pathlib.Path(cls.folder.name)
        cls.broker = SecuredBroker(cls.path / "broker")
        cls.broker.start()

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.folder.cleanup()

    def cases(self, settings, write):
        """A file for each case: mechanism@case."""
        files = []
        for mechanism in MECHANISMS:
            for case, (user, password) in dict(WRONG, right=("alice", PASSWORD)).items():
                file = self.path / f"{mechanism}@{case}"
                file.write_text(write(settings(self.broker.sasl_address, mechanism, user, password)))
                files.append(file)
        return files

    def judge(self, found, words_of_refusal):
        self.assertEqual(len(found), len(MECHANISMS) * (len(WRONG) + 1), found)
        for case, outcome in found.items():
            with self.subTest(case=case):
                if case.endswith("@right"):
                    self.assertEqual(outcome, "ok")
                else:
                    self.assertIn(words_of_refusal(case), outcome)

    def test_java(self):
        files = self.cases(java_settings, lambda s: "".join(f"{k}={v}\n" for k, v in s.items()))
        found = outcomes(run(JAVA, "-J-Dlog.level=off", "muir.compat.Logins", *files))
        self.judge(found, self.kafkas_words)

    def test_librdkafka(self):
        files = self.cases(rdkafka_settings, json.dumps)
        python = python_environment("ecosystem-python", COMPAT / "ecosystem" / "python" / "requirements.txt") / "bin" / "python"
        self.judge(outcomes(run(python, HERE / "rdkafka_logins.py", *files)), self.kafkas_words)

    @staticmethod
    def kafkas_words(case):
        mechanism = case.split("@")[0]
        if mechanism == "PLAIN":
            return "Authentication failed: Invalid username or password"
        return f"Authentication failed during authentication due to invalid credentials with SASL mechanism {mechanism}"


if __name__ == "__main__":
    unittest.main()
