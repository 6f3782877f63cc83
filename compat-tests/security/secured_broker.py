"""A broker with a SASL_PLAINTEXT listener beside its PLAINTEXT one, and users who were there from the start."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from broker_process import (COMPAT, SETTINGS, START_SECONDS_MAX, Broker, command_of,
                            new_cluster_id)  # noqa: E402
from free_ports import free_ports  # noqa: E402

PASSWORD = "wonder land="
PLAIN_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"


def add_scram(mechanism, user, password):
    return ["--add-scram", f'{mechanism}=[name={user},password={password}]']


class SecuredBroker(Broker):
    """`address` is the PLAINTEXT listener, `sasl_address` the other."""

    MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")

    def format(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        port, controller_port, sasl_port = free_ports(3)
        text = SETTINGS.format(node_id=self.node_id, port=port, controller_port=controller_port, data=self.data)
        text = text.replace("PLAINTEXT://", f"SASL_PLAINTEXT://127.0.0.1:{sasl_port},PLAINTEXT://")
        lines = [text, "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
                 "inter.broker.listener.name=PLAINTEXT", f"sasl.enabled.mechanisms={','.join(self.MECHANISMS)}"]
        prefix = "listener.name.sasl_plaintext"
        lines.append(f'{prefix}.plain.sasl.jaas.config={PLAIN_MODULE} required user_alice="{PASSWORD}" user_bob="builder";')
        for mechanism in ("scram-sha-256", "scram-sha-512"):
            lines.append(f"{prefix}.{mechanism}.sasl.jaas.config={SCRAM_MODULE} required;")
        self.file.write_text("\n".join(lines + self.more_lines()) + "\n")
        self._format_with_users()

    def more_lines(self):
        """Of server.properties."""
        return []

    def _format_with_users(self):
        command = command_of(self.kind)[0] + ["--standalone", "-t", new_cluster_id(), "-c", str(self.file)]
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            command += add_scram(mechanism, "alice", PASSWORD)
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, timeout=START_SECONDS_MAX,
                              check=False)
        if done.returncode != 0:
            self.file.unlink()
            raise RuntimeError(f"format failed: {done.stdout}{done.stderr}")

    @property
    def sasl_address(self):
        for line in self.file.read_text().splitlines():
            if line.startswith("advertised.listeners="):
                return line.split("SASL_PLAINTEXT://")[1].split(",")[0]
        raise RuntimeError(f"{self.file} names no SASL listener")
