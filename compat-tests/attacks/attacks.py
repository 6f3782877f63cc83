#!/usr/bin/env python3
"""attacks.py [--full] [ATTACK ...]: attacks a broker that may have 256 MiB of memory, by processes that may have half a
core, and looks at what a client notices who does nothing wrong.

The short form, some seconds an attack, is a test: the broker lives, within its memory, the client's records are all
there, and the attack got what it was to get.  The full form takes the time that numbers need, quiet and attacked in
turns, and prints by how much the client's 99th percentile grew.
"""

import argparse
import contextlib
import json
import os
import pathlib
import select
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
sys.path.insert(0, str(HERE.parent / "security"))

import kafka_messages as kafka  # noqa: E402
from attackers import ATTACKS  # noqa: E402
from broker_process import SETTINGS, Broker, die_with_parent, is_alive  # noqa: E402
from certificates import Authority  # noqa: E402
from confinement import Group  # noqa: E402
from free_ports import free_ports  # noqa: E402
from good_client import GoodClient, percentile  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from record_batch import record_batch  # noqa: E402

MEMORY_BYTES = 256 << 20
ATTACKERS_CORES = 0.5
SLOWDOWN_MAX = 3
READY_SECONDS_MAX = 120
USERS = {"alice": "of wonderland", "mallory": "in the middle"}
PLAIN_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"
TOPIC, VICTIM_OF_BOMBS = "business", "bombed"


@contextlib.contextmanager
def on_processors_of(who):
    """Whoever is started meanwhile has the broker's half of the processors, or the clients' half: as on two machines,
    neither takes from the other but by what is sent."""
    everywhere = sorted(os.sched_getaffinity(0))
    half = max(1, len(everywhere) // 2)
    os.sched_setaffinity(0, everywhere[:half] if who == "broker" else everywhere[-half:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, everywhere)


class AttackedBroker(Broker):
    """Listeners: PLAINTEXT for the test's own hand, SASL_PLAINTEXT and SSL for attackers.  Its settings are what a file
    says that asks for no protection but a login: all that protects it besides are defaults."""

    def __init__(self, directory, group):
        super().__init__(directory)
        self.group = group
        self.sasl_address = self.tls_address = None

    def format(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        port, controller_port, sasl_port, tls_port = free_ports(4)
        self.sasl_address, self.tls_address = f"127.0.0.1:{sasl_port}", f"127.0.0.1:{tls_port}"
        text = SETTINGS.format(node_id=1, port=port, controller_port=controller_port, data=self.data)
        text = text.replace("PLAINTEXT://", f"SASL_PLAINTEXT://{self.sasl_address},SSL://{self.tls_address},PLAINTEXT://")
        users = " ".join(f'user_{name}="{password}"' for name, password in USERS.items())
        lines = [text, "inter.broker.listener.name=PLAINTEXT", "sasl.enabled.mechanisms=PLAIN",
                 "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL",
                 f"listener.name.sasl_plaintext.plain.sasl.jaas.config={PLAIN_MODULE} required {users};",
                 "auto.create.topics.enable=false", "offsets.topic.num.partitions=1"]
        identity = Authority(self.directory / "certificates").server("broker")
        lines += [f"{key}={value}" for key, value in identity.key_settings("PKCS12").items()]
        self.file.write_text("\n".join(lines) + "\n")
        command = [os.environ.get("MUIR", str(HERE.parent.parent / "build" / "muir")), "format", "--standalone", "-t",
                   "QnJva2VyIGF0dGFja2VkIQ", "-c", str(self.file)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    def start(self, outlives_us=False):
        with self.group.births(), on_processors_of("broker"):
            return super().start(outlives_us)

    def memory(self):
        """(now, most so far), resident, in bytes."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith("Vm")}
        return sizes["VmRSS"], sizes["VmHWM"]


class Attacker:
    """One attack under way, in its control group."""

    def __init__(self, name, broker, group, seconds, scale):
        self.name = name
        with group.births(), on_processors_of("clients"):
            self.process = subprocess.Popen([sys.executable, str(HERE / "attackers.py"), name], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        orders = {"sasl": broker.sasl_address, "tls": broker.tls_address, "topic": VICTIM_OF_BOMBS, "user": "mallory",
                  "password": USERS["mallory"], "seconds": seconds, "scale": scale}
        self.process.stdin.write(json.dumps(orders) + "\n")
        self.process.stdin.flush()

    def wait_until_ready(self):
        if not select.select([self.process.stdout], [], [], READY_SECONDS_MAX)[0]:
            raise RuntimeError(f"{self.name} is not ready")
        said = self.process.stdout.readline()
        if said != "ready\n":
            raise RuntimeError(f"{self.name} said {said!r}")

    def is_on(self):
        return self.process.poll() is None

    def end(self):
        """What came of it."""
        said, _ = self.process.communicate(timeout=300)
        if self.process.returncode != 0:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}")
        return json.loads(said.splitlines()[-1])


# What an attack must have met, or it was none.
def expect(name, counts):
    def at_least(what, number):
        assert counts.get(what, 0) >= number, f"{name}: {what} fewer than {number} times: {counts}"
    bad = [what for what in counts if what.split(":")[0].isupper()]
    assert not bad, f"{name}: {bad}: {counts}"
    expected = {"silent": ("opened", 50), "slowloris": ("bytes sent", 50), "announced-2gb": ("closed", 10),
                "fat-frames": ("MiB sent", 2), "counts-before-login": ("closed", 50),
                "wrong-logins": ("refused", 50), "renegotiation": ("refused", 1), "handshake-flood": ("handshakes", 5),
                "giants": ("metadata: answered", 1), "slow-readers": ("asked", 5)}
    if name in expected:
        at_least(*expected[name])
    if name == "announced-2gb":
        assert "answered" not in counts, counts
    if name == "counts-before-login":
        # ApiVersions and the login's own requests have no arrays: nothing is answered but an unknown version of the first.
        assert counts.get("answered", 0) == 0, counts
    if name == "counts-after-login":
        assert counts.get("closed", 0) + counts.get("answered", 0) >= 50, counts
    if name == "unfolding":
        for codec in ("gzip", "lz4", "zstd"):
            at_least(f"{codec}: 10", 1)  # MESSAGE_TOO_LARGE
            assert f"{codec}: 0" not in counts, counts
        assert not any(what.startswith("snappy that lies: 0") for what in counts), counts


class Round:
    """A broker, and the windows in which the client works."""

    def __init__(self, folder, attackers_group, broker_group):
        self.attackers_group, self.broker_group = attackers_group, broker_group
        self.broker = AttackedBroker(folder, broker_group)
        self.broker.start()
        with RawConnection(self.broker.address) as connection:
            for topic in (TOPIC, VICTIM_OF_BOMBS):
                assert kafka.create_topic(connection, topic) == 0
                deadline = time.monotonic() + 20
                while kafka.fetch(connection, topic, 0, 0)[0] != 0:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
        self.client = GoodClient(self.broker.sasl_address, "alice", USERS["alice"], TOPIC)
        self.client.work(1.0)

    def attack(self, name, seconds, scale, quiet_seconds):
        """(quiet rounds, attacked rounds, what came of it)"""
        quiet = self.work(quiet_seconds)
        attacker = Attacker(name, self.broker, self.attackers_group, seconds, scale)
        attacker.wait_until_ready()
        attacked = self.work(seconds)
        while attacker.is_on():
            attacked += self.work(0.2)
        counts = attacker.end()
        self.client.check_all()
        quiet += self.work(quiet_seconds)
        return quiet, attacked, counts

    def work(self, seconds):
        with on_processors_of("clients"):
            return self.client.work(seconds)

    def check(self):
        assert is_alive(self.broker.process.pid), f"the broker has ended\n{self.broker.log_tail()}"
        assert self.broker_group.kills() == 0, "the kernel has killed for want of memory"
        now, most = self.broker.memory()
        assert most <= MEMORY_BYTES, most
        return now, most

    def end(self):
        self.broker.stop()


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=", ".join(ATTACKS))
    given = parser.parse_args()
    unknown = set(given.attacks) - set(ATTACKS)
    if unknown:
        parser.error(f"no such attack: {', '.join(sorted(unknown))}")
    return given


def report(name, quiet, attacked, memory, counts):
    """One row; True if the client's 99th percentile is within what it may be."""
    calm, hurt = percentile(quiet, 0.99), percentile(attacked, 0.99)
    print(f"{name:22} {len(quiet):7} {calm * 1e3:9.2f} {len(attacked):9} {hurt * 1e3:9.2f} {hurt / calm:7.1f} "
          f"{memory[0] >> 20:5} {memory[1] >> 20:5}   "
          + ", ".join(f"{what} {number}" for what, number in sorted(counts.items())), flush=True)
    return hurt <= SLOWDOWN_MAX * calm


def play(given):
    seconds, scale, quiet_seconds, rounds = (10, 1, 5, 3) if given.full else (2, 0.05, 0.5, 1)
    worst = []
    print(f"{'attack':22} {'quiet':>7} {'p99 ms':>9} {'attacked':>9} {'p99 ms':>9} {'ratio':>7} {'MiB':>5} {'most':>5}   what came of it")
    for name in given.attacks or ATTACKS:
        # A broker of its own: the most memory that it had is this attack's.
        with tempfile.TemporaryDirectory() as folder:
            attackers, memory = Group("cpu", "muir-attackers", ATTACKERS_CORES), Group("memory", "muir-attacked", MEMORY_BYTES)
            try:
                # They stand for other machines: they may hurt by what they send, not by the processors that they use here.
                attackers.stand_back()
                turn = Round(pathlib.Path(folder) / "broker", attackers, memory)
                quiet, attacked, counts = [], [], {}
                for _ in range(1 if name == "wrong-logins" else rounds):
                    calm, hurt, came = turn.attack(name, seconds, scale, quiet_seconds)
                    quiet, attacked = quiet + calm, attacked + hurt
                    counts = {what: counts.get(what, 0) + came.get(what, 0) for what in {*counts, *came}}
                sizes = turn.check()
                if not report(name, quiet, attacked, sizes, counts):
                    worst.append(name)
                expect(name, counts)
                turn.end()
            finally:
                for group in (attackers, memory):
                    group.remove()
    return worst


def main():
    given = arguments()
    try:
        Group("memory", "muir-probe", MEMORY_BYTES).remove()
        Group("cpu", "muir-probe", ATTACKERS_CORES).remove()
    except (OSError, KeyError) as error:
        print(f"no control groups can be made here: {error}")
        return 77
    too_slow = play(given)
    if given.full and too_slow:
        print(f"more than {SLOWDOWN_MAX} times the quiet 99th percentile: {', '.join(too_slow)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
