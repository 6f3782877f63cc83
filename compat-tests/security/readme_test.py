#!/usr/bin/env python3
"""The secure set-up that the README shows: its file and its commands, word for word but for ports, and who gets in."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

from broker_process import die_with_parent, muir_program  # noqa: E402
from certificates import Authority  # noqa: E402
from free_ports import free_ports  # noqa: E402
from logins import rdkafka_logins  # noqa: E402
from test_cache import python_environment  # noqa: E402

SECONDS_MAX = 60
ADD_ALICE = """
import json, sys
from confluent_kafka.admin import AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
wanted = UserScramCredentialUpsertion("alice", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192), b"alice-secret")
admin = AdminClient(json.loads(sys.argv[1]))
for done in admin.alter_user_scram_credentials([wanted]).values():
    done.result()
"""


def section():
    """(the properties, the commands) of the README."""
    readme = (HERE.parent.parent / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```\n(.*?)```", readme.split("## Secure it\n", 1)[1].split("\n## ", 1)[0], re.S)
    return blocks[0], blocks[1].splitlines()


class Readme(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="readme-")))
        self.python = python_environment("ecosystem-python", HERE.parent / "ecosystem/python/requirements.txt") / "bin/python"
        authority = Authority(self.folder / "authority")
        identity = authority.server("broker")
        (self.folder / "broker.pem").write_text(identity.key.read_text() + identity.certificate.read_text())
        self.port, controller_port = free_ports(2)
        self.trusted = str(authority.certificate)
        properties, (format_, broker) = section()
        properties = properties.replace(":9094", f":{self.port}").replace(":9095", f":{controller_port}")
        (self.folder / "secure.properties").write_text(properties)
        self.log = open(self.folder / "broker.log", "wb")
        self.addCleanup(self.log.close)
        subprocess.run(self.command(format_), shell=True, cwd=self.folder, check=True, capture_output=True)
        self.broker = subprocess.Popen(shlex.split(self.command(broker)), cwd=self.folder, stdout=self.log, stderr=self.log,
                                       preexec_fn=die_with_parent)
        self.addCleanup(self.broker.wait)
        self.addCleanup(self.broker.terminate)

    @staticmethod
    def command(line):
        return line.replace("build/muir", os.path.abspath(muir_program()))

    def settings(self, user, password, **more):
        return {"bootstrap.servers": f"localhost:{self.port}", "security.protocol": "SASL_SSL", "ssl.ca.location": self.trusted,
                "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": user, "sasl.password": password, **more}

    def wait_until_started(self):
        deadline = time.monotonic() + SECONDS_MAX
        while b"Kafka Server started" not in (self.folder / "broker.log").read_bytes():
            self.assertIsNone(self.broker.poll(), (self.folder / "broker.log").read_text())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def test_lets_in_whom_it_says(self):
        self.wait_until_started()
        subprocess.run([self.python, "-c", ADD_ALICE, json.dumps(self.settings("admin", "admin-secret"))], check=True,
                       timeout=SECONDS_MAX)
        kinds = ("admin", "produce")  # A consumer of librdkafka goes on asking for what it may not see.
        told = rdkafka_logins(self.folder / "clients", {"admin": self.settings("admin", "admin-secret"),
                                                        "wrong": self.settings("admin", "admin-secrets"),
                                                        "unknown": self.settings("bob", "admin-secret"),
                                                        "alice": self.settings("alice", "alice-secret")}, kinds)
        for kind in kinds:
            self.assertEqual(told["admin", kind], "ok")
            self.assertIn("Authentication failed", told["wrong", kind])
            self.assertEqual(*(re.sub(r"after \d+ms", "", told[name, kind]) for name in ("unknown", "wrong")))
            self.assertIn("TOPIC_AUTHORIZATION_FAILED", told["alice", kind])

    def test_explains_to_the_administrator_why_somebody_may_not(self):
        self.wait_until_started()
        answers = {name: self.explain(password) for name, password in (("right", "admin-secret"), ("wrong", "secret"))}
        self.assertEqual(answers["right"].returncode, 1, answers["right"].stderr)
        self.assertIn("DENIED", answers["right"].stdout)
        self.assertIn("not asked: super.users", answers["right"].stdout)
        self.assertEqual(answers["wrong"].returncode, 2)
        self.assertIn("invalid credentials", answers["wrong"].stderr)
        self.assertNotIn("secret", answers["wrong"].stderr)

    def test_explains_who_is_in_super_users_where_it_is_told_of_them(self):
        self.wait_until_started()
        said = self.explain("admin-secret", "User:admin", "--config", str(self.folder / "secure.properties"))
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("it is in super.users", said.stdout)
        self.assertNotIn("not asked", said.stdout)

    def explain(self, password, principal="User:alice", *more):
        jaas = f'org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="{password}";'
        file = self.folder / "client.properties"
        file.write_text("security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nssl.truststore.type=PEM\n"
                        f"ssl.truststore.location={self.trusted}\nsasl.jaas.config={jaas}\n")
        return subprocess.run([muir_program(), "acl", "explain", "--bootstrap-server", f"localhost:{self.port}",
                               "--command-config", str(file), "--principal", principal, "--operation", "Read",
                               "--resource", "topic:orders", *more], capture_output=True, text=True, timeout=SECONDS_MAX, check=False)


if __name__ == "__main__":
    unittest.main()
