"""Apache Kafka's own client integration tests: producer, consumers of both protocols, share consumer, admin, configs."""

import pathlib
import tempfile

from java_jars import KAFKA_VERSION, harness, jars, java
from suite import Suite, lines_of
from verdicts import Verdict

PREFIX = "org.apache.kafka."


class KafkaClientsIntegration(Suite):
    name = "kafka-clients-integration"
    node_id = 0
    seconds_max = 3600
    own_settings = {
        "group.consumer.heartbeat.interval.ms": "500",
        "group.share.record.lock.duration.ms": "15000",
        "num.partitions": "1",
        "share.coordinator.state.topic.num.partitions": "3",
        "group.share.max.partition.max.record.locks": "10000",
        "group.share.partition.max.record.locks": "10000",
    }

    def prepare(self):
        self.classes, self.tests = harness(), jars() / f"kafka-clients-integration-tests-{KAFKA_VERSION}-test.jar"

    def run(self, address, excluded, selected, log):
        with tempfile.TemporaryDirectory(prefix="suites-") as folder:
            files = []
            for kind, names in (("excluded", excluded), ("selected", selected)):
                files.append(pathlib.Path(folder, kind))
                files[-1].write_text("".join(f"{PREFIX}{name}\n" for name in sorted(names)), encoding="utf-8")
            command = java("-Dmuir.suites.bootstrap=" + address, "muir.suites.RunTests", str(self.tests), *map(str, files),
                           str(self.seconds_max), memory="1500m", path=[self.classes])
            ended = False
            for line in lines_of(command, self.seconds_max + 120, log):
                fields = line.split("\t")
                if len(fields) == 4 and fields[0] in ("PASS", "FAIL", "SKIP"):
                    yield Verdict(fields[1].removeprefix(PREFIX), fields[0], fields[3])
                ended = ended or line == "END"
            if not ended:
                yield Verdict("the run itself", "FAIL", f"it did not come to its end: see {log}")
