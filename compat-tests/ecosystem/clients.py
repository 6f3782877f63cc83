#!/usr/bin/env python3
"""clients.py [--quick] [NAME...]: one round of every client, or of the named ones, against one fresh broker.  See README.md.

--quick takes those that need nothing built; BROKER_KIND=kafka runs them against Apache Kafka.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import toolchains  # noqa: E402
from broker_process import Broker, default_kind  # noqa: E402
from test_cache import CannotPrepare, kafka_jars, made_once, python_environment, step  # noqa: E402

SECONDS_MAX = 180
SETTINGS = {"group.initial.rebalance.delay.ms": "0"}
OK = re.compile(r"^ok .*", re.MULTILINE)


def python(program):
    environment = python_environment("ecosystem-python", HERE / "python" / "requirements.txt")
    return [environment / "bin" / "python", HERE / "python" / program]


def node(package, program):
    """npm ci, with the scripts of the packages only where one has to build something."""
    lock = [HERE / "node" / package / name for name in ("package.json", "package-lock.json")]
    sources = [HERE / "node" / "round.js", HERE / "node" / program]

    def install(folder):
        step("cp", *lock, *sources, folder)
        scripts = [] if package == "confluent" else ["--ignore-scripts"]
        # confluent's: from the libraries of Debian, or its build fetches their sources from all over.
        step("npm", "ci", "--no-audit", "--no-fund", *scripts, cwd=folder, env={**os.environ, "CKJS_LINKING": "dynamic"},
             seconds=2400)
    return ["node", made_once(f"ecosystem-node-{package}", lock + sources, install) / program]


def go(program):
    sources = sorted(path for path in (HERE / "go").rglob("*") if path.is_file())

    def build(folder):
        environment = {**os.environ, "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
        step(toolchains.go(), "build", "-trimpath", "-o", f"{folder}/", "./franz", "./sarama", cwd=HERE / "go",
             env=environment, seconds=1800)
    return [made_once("ecosystem-go", sources, build) / program]


def rust():
    sources = [HERE / "rust" / name for name in ("Cargo.toml", "Cargo.lock", "src/main.rs")]

    def build(folder):
        environment = {**os.environ, "CARGO_TARGET_DIR": str(folder)}
        step(toolchains.cargo(), "build", "--locked", cwd=HERE / "rust", env=environment, seconds=2400)
    return [made_once("ecosystem-rust", sources, build) / "debug" / "muir-round"]


def java(which):
    wanted = HERE / "java" / which
    jars = kafka_jars(wanted)
    source = HERE / "java" / "Round.java"

    def build(folder):
        step("javac", "-Xlint:all,-processing", "-Werror", "-d", folder, "-cp", f"{jars}/*", source)
    classes = made_once(f"ecosystem-java-{which}", [source, wanted / "pom.xml"], build)
    return ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", f"{classes}:{jars}/*", "Round", f"java-{which}"]


CLIENTS = {
    "confluent-kafka": lambda: python("confluent_kafka_round.py"),
    "kafka-python": lambda: python("kafka_python_round.py"),
    "aiokafka": lambda: python("aiokafka_round.py"),
    "kafkajs": lambda: node("kafkajs", "kafkajs_round.js"),
    "java-oldest": lambda: java("oldest"),
    "java-newest": lambda: java("newest"),
    "franz-go": lambda: go("franz"),
    "sarama": lambda: go("sarama"),
    "rust-rdkafka": rust,
    "kafka-javascript": lambda: node("confluent", "confluent_round.js"),
}
QUICK = ("confluent-kafka", "kafka-python", "aiokafka", "kafkajs", "java-oldest", "java-newest")


def run(command, address):
    """What the client printed when it went well; raises CannotPrepare or RuntimeError."""
    try:
        done = subprocess.run([str(word) for word in command], env={**os.environ, "MUIR_BOOTSTRAP": address},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired as late:
        raise RuntimeError(f"did not end within {SECONDS_MAX} s\n{(late.stdout or b'').decode()[-3000:]}") from late
    line = OK.search(done.stdout)
    if done.returncode != 0 or not line:
        raise RuntimeError(f"ended with {done.returncode}\n{done.stdout[-3000:]}")
    return line[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if unknown := set(options.names) - set(CLIENTS):
        parser.error(f"no such client: {', '.join(sorted(unknown))}; there are {', '.join(CLIENTS)}")
    names = options.names or (QUICK if options.quick else CLIENTS)
    failed = []
    with tempfile.TemporaryDirectory(prefix="ecosystem-") as directory, Broker(directory, settings=SETTINGS) as broker:
        for name in names:
            try:
                command = CLIENTS[name]()
                began = time.monotonic()
                print(f"{run(command, broker.address)} ({time.monotonic() - began:.1f} s)", flush=True)
            except (CannotPrepare, RuntimeError) as failure:
                failed.append(name)
                print(f"FAILED {name}: {failure}", flush=True)
    print(f"ecosystem against {default_kind()}: {len(names) - len(failed)} of {len(names)} clients ok"
          + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
