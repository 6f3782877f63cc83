"""librdkafka's own tests, built from the source that the npm package @confluentinc/kafka-javascript carries."""

import json
import os
import pathlib
import re
import stat

from java_jars import jars
from suite import Suite, lines_of
from test_cache import expect_sha256, made_once, step
from verdicts import Verdict

PACKAGE, VERSION = "@confluentinc/kafka-javascript", "1.10.1"  # librdkafka 2.15.1
ARCHIVE_SHA256 = "ada7d703bb1d3237e2292bfabf438d663b6160c9f1ac2a2406b5dc4257c81b66"
KAFKA_VERSION = "4.3.1"
PARALLEL = 4
ENDED = re.compile(r"\[(\w+?)\s*/[^\]]*\] (?:\S+ )*?=+ Test (\w+) (PASSED|FAILED|SKIPPED)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Some tests call Kafka's command-line tools.
TOOLS = {
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-acls": "org.apache.kafka.tools.AclCommand",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
}
THREE_REPLICAS = re.compile(r"(create_topic_wait_exists.*), 3, 5000\)")


class Librdkafka(Suite):
    name = "librdkafka"
    seconds_max = 1500

    def settings(self, kind):
        return {**super().settings(kind), "super.users": "User:admin"}

    def prepare(self):
        self.tests = made_once("librdkafka-tests", [__file__], self._build) / "package/deps/librdkafka/tests"

    def _build(self, folder):
        step("npm", "pack", "--silent", f"{PACKAGE}@{VERSION}", cwd=folder, seconds=300)
        archive = next(folder.glob("*.tgz"))
        expect_sha256(archive, ARCHIVE_SHA256)
        step("tar", "xzf", archive, "package/deps/librdkafka", cwd=folder)
        source = folder / "package/deps/librdkafka"
        for name in ("0098-consumer-txn.cpp", "0103-transactions.c"):  # As many replicas as the broker has by default.
            path = source / "tests" / name
            path.write_text(THREE_REPLICAS.sub(r"\1, -1, 5000)", path.read_text()))
        jobs = f"-j{os.cpu_count()}"
        step("./configure", "--disable-gssapi", cwd=source, seconds=300)
        step("make", jobs, "libs", cwd=source, seconds=1800)
        step("make", "-C", "tests", jobs, "build", cwd=source, seconds=1800)
        self._write_tools(folder)

    @staticmethod
    def _write_tools(folder):
        (folder / "kafka" / "bin").mkdir(parents=True)
        for tool, main in TOOLS.items():
            script = folder / "kafka" / "bin" / f"{tool}.sh"
            script.write_text(f'#!/bin/sh\nexec java -Xmx256m -cp "{jars()}/*" {main} "$@"\n')
            script.chmod(script.stat().st_mode | stat.S_IXUSR)

    def run(self, address, excluded, selected, log):
        settings = pathlib.Path(log).with_suffix(".conf")
        report = pathlib.Path(log).with_suffix(".json")
        settings.write_text(f"bootstrap.servers={address}\ntest.topic.random=true\ntest.timeout.multiplier=2\n")
        environment = {
            "RDKAFKA_TEST_CONF": str(settings), "TEST_KAFKA_VERSION": KAFKA_VERSION, "TEST_REPORT": str(report),
            "TEST_CONSUMER_GROUP_PROTOCOL": "classic", "TESTS_SKIP": ",".join(name[:4] for name in sorted(excluded)),
            "TESTS": ",".join(name[:4] for name in sorted(selected)), "LD_LIBRARY_PATH": "../src:../src-cpp",
            "KAFKA_PATH": str(self.tests.parents[3] / "kafka"), "BROKERS": address,
        }
        seen = set()
        for line in lines_of(["./test-runner", "-L", "-K", "-Q", "-E", f"-p{PARALLEL}"], self.seconds_max, log,
                             cwd=self.tests, env=environment):
            ended = ENDED.search(COLOUR.sub("", line))
            if ended and ended[2] not in seen and ended[3] == "PASSED":
                seen.add(ended[2])
                yield Verdict(ended[2], "PASS")
        yield from self._rest(report, seen, log)

    @staticmethod
    def _rest(report, seen, log):
        if not report.exists():
            yield Verdict("the run itself", "FAIL", f"it did not come to its end: see {log}")
            return
        for test, result in json.loads(report.read_text())["tests"].items():
            if test != "<MAIN>" and test not in seen:
                state = {"PASSED": "PASS", "SKIPPED": "SKIP"}.get(result.get("state"), "FAIL")
                yield Verdict(test, state, f"{result.get('state')}: see {log}" if state == "FAIL" else "")
