"""A broker with a listener for plain text, which the test's own hand uses, and one for each other security protocol."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from broker_process import Broker  # noqa: E402
from free_ports import free_ports  # noqa: E402

CLIENT_SECONDS_MAX = 240


class SecureBroker(Broker):
    """`listeners`: name -> protocol; where each listens is in `addresses` after format()."""

    def __init__(self, directory, listeners, kind=None, settings=None):
        super().__init__(directory, kind, settings)
        self.protocols = listeners
        self.addresses = {}

    def format(self):
        super().format()
        lines = self.file.read_text().splitlines()
        ports = free_ports(len(self.protocols))
        endpoints = []
        for (name, _), port in zip(self.protocols.items(), ports):
            self.addresses[name] = f"localhost:{port}"
            endpoints.append(f"{name}://localhost:{port}")
        protocols = ["PLAINTEXT:PLAINTEXT", "CONTROLLER:PLAINTEXT"]
        protocols += [f"{name}:{protocol}" for name, protocol in self.protocols.items()]
        for i, line in enumerate(lines):
            if line.startswith(("listeners=", "advertised.listeners=")):
                # The plain one stays the last: it is what `address` reads.
                key, value = line.split("=", 1)
                lines[i] = f"{key}={','.join([*endpoints, value])}"
        lines.append(f"listener.security.protocol.map={','.join(protocols)}")
        self.file.write_text("\n".join(lines) + "\n")

    @property
    def address(self):
        for line in self.file.read_text().splitlines():
            if line.startswith("advertised.listeners="):
                return line.rsplit("PLAINTEXT://", 1)[1]
        raise RuntimeError(f"{self.file} names no plain listener")


def write_properties(path, settings):
    def escaped(text):
        return text.replace("\\", "\\\\").replace("\n", "\\n")
    path.write_text("".join(f"{key}={escaped(str(value))}\n" for key, value in settings.items()))
    return path


def java_clients(folder, cases):
    """name -> client settings; what became of each: name -> `ok` or an exception."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = [write_properties(folder / name, settings) for name, settings in cases.items()]
    done = subprocess.run([str(HERE.parent / "lib" / "java"), "-J-Dlog.level=off", "muir.compat.SecureClients", *map(str, files)],
                          capture_output=True, text=True, timeout=CLIENT_SECONDS_MAX, check=False)
    outcomes = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    if set(outcomes) != set(cases):
        raise RuntimeError(f"the clients ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return outcomes
