"""kafka-python's own integration tests: a client in pure Python, with consumers, groups, producers, transactions, admin."""

import pathlib
import re
import xml.etree.ElementTree as tree

from suite import Suite, lines_of
from test_cache import expect_sha256, made_once, python_environment, step
from verdicts import Verdict

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "3.0.12"
SOURCE_SHA256 = "4ccda3616b9aa5c353d74a97f2770d6cd1b950890d77ab0e8890e09a48eeed65"
REQUIREMENTS = HERE / "kafka_python_requirements.txt"
TEST_SECONDS_MAX = 30
API_VERSION = "4.0.0"  # The newest that its tests have a name for.
PASSED = re.compile(r"^(test/\S+::\S+) PASSED\b")
# The source package lacks test/service.py; with a broker at an address no more of it is needed.
SERVICE = """\
class ExternalService:
    def __init__(self, host, port):
        self.host, self.port = host, port

    def open(self):
        pass

    def close(self):
        pass


class SpawnedService:
    pass
"""


class KafkaPython(Suite):
    name = "kafka-python"
    seconds_max = 600

    def prepare(self):
        self.environment = python_environment("kafka-python-tools", REQUIREMENTS)
        self.source = made_once(f"kafka-python-{VERSION}", [__file__], self._unpack) / f"kafka_python-{VERSION}"

    def _unpack(self, folder):
        step(self.environment / "bin" / "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--no-binary", ":all:", "-d", folder, f"kafka-python=={VERSION}")
        archive = folder / f"kafka_python-{VERSION}.tar.gz"
        expect_sha256(archive, SOURCE_SHA256)
        step("tar", "xzf", archive, "-C", folder)
        tests = folder / f"kafka_python-{VERSION}" / "test"
        (tests / "__init__.py").touch()
        (tests / "integration" / "__init__.py").touch()
        if not (tests / "service.py").exists():
            (tests / "service.py").write_text(SERVICE, encoding="utf-8")

    def run(self, address, excluded, selected, log):
        report = log.with_suffix(".xml")
        report.unlink(missing_ok=True)
        command = [self.environment / "bin" / "python", "-m", "pytest", "-v", "--tb=short", "--junitxml", report, "--timeout",
                   TEST_SECONDS_MAX, "--timeout-method", "signal", "-p", "no:cacheprovider", "-o",
                   "console_output_style=classic"]
        for test in sorted(excluded):
            command += ["--deselect", test]
        command += sorted(selected) or ["test/integration"]
        environment = {"KAFKA_ROOT": str(self.source), "KAFKA_URI": f"kafka://{address}", "KAFKA_VERSION": API_VERSION}
        seen = set()
        for line in lines_of(command, self.seconds_max, log, cwd=self.source, env=environment):
            if (ended := PASSED.match(line)) and ended[1] not in seen:
                seen.add(ended[1])
                yield Verdict(ended[1], "PASS")
        if not report.exists():
            yield Verdict("the run itself", "FAIL", f"it did not come to its end: see {log}")
            return
        yield from (verdict for verdict in reported(report) if verdict.test not in seen)


def reported(report):
    """The verdicts of a JUnit report."""
    for case in tree.parse(report).iter("testcase"):
        test = f"{case.get('classname').replace('.', '/')}.py::{case.get('name')}"
        bad = next((one for one in case if one.tag in ("failure", "error")), None)
        if bad is not None:
            yield Verdict(test, "FAIL", " ".join((bad.get("message") or "").split())[:200])
        elif any(one.tag == "skipped" for one in case):
            yield Verdict(test, "SKIP")
        else:
            yield Verdict(test, "PASS")
