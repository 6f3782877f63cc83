"""Kafka's own system-test programs against a broker: each says itself whether it succeeded."""

import json
import pathlib
import subprocess
import tempfile
import time

from java_jars import jars, java
from suite import Suite
from verdicts import Verdict

TOOLS = "org.apache.kafka.tools."
RECORDS = 20_000
SECONDS_MAX = 90
SENTENCES = "all streams lead to kafka\nhello kafka streams\njoin kafka summit\n"


class Failed(Exception):
    pass


class JavaSmoke(Suite):
    name = "java-smoke"
    seconds_max = 900

    def prepare(self):
        jars()

    def checks(self):
        """(name, what runs it): in this order, since a consumer reads what a producer left."""
        yield "producer-acks-all", lambda run: run.produce("all", "-1")
        yield "producer-acks-1", lambda run: run.produce("one", "1")
        yield "consumer-classic", lambda run: run.consume("all", "classic")
        yield "consumer-848", lambda run: run.consume("all", "consumer")
        yield "share-consumer", lambda run: run.share("all")
        yield "producer-one-partition", lambda run: run.produce("single", "-1", partitions=1)
        yield "transactional-copier", lambda run: run.copy("single", "copied")
        yield "producer-perf", lambda run: run.produce_fast("all", 10 * RECORDS, 200)
        yield "consumer-perf", lambda run: run.consume_fast("all", 10 * RECORDS)
        for codec in ("gzip", "snappy", "lz4", "zstd"):
            yield f"producer-perf-{codec}", lambda run, codec=codec: run.produce_fast("all", RECORDS, 500, codec)
        yield "word-count", lambda run: run.count_words()

    def run(self, address, excluded, selected, log):
        deadline = time.monotonic() + self.seconds_max
        with tempfile.TemporaryDirectory(prefix="smoke-") as folder, open(log, "ab") as output:
            programs = Programs(address, pathlib.Path(folder), output)
            for name, check in self.checks():
                if name in excluded or (selected and name not in selected):
                    continue
                try:
                    if time.monotonic() > deadline:
                        raise Failed("the time is up")
                    check(programs)
                    yield Verdict(name, "PASS")
                except Failed as failure:
                    yield Verdict(name, "FAIL", str(failure))


class Programs:
    """Runs the programs, and reads what they print."""

    def __init__(self, address, folder, output):
        self.address, self.folder, self.output = address, folder, output
        self.filled = set()

    def tool(self, name, *arguments, read="", seconds=SECONDS_MAX):
        command = java(TOOLS + name, *arguments)
        try:
            done = subprocess.run(command, cwd=self.folder, input=read, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired as late:
            raise Failed(f"{name} did not end within {seconds} s") from late
        self.output.write(f"== {name} {' '.join(arguments)}\n{done.stdout[-20000:]}{done.stderr}\n".encode())
        self.output.flush()
        if done.returncode != 0:
            raise Failed(f"{name} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-200:]}")
        return done.stdout

    def to_broker(self, name, *arguments, **more):
        return self.tool(name, "--bootstrap-server", self.address, *arguments, **more)

    def create(self, topic, partitions=4):
        self.to_broker("TopicCommand", "--create", "--if-not-exists", "--topic", topic, "--partitions", str(partitions))

    def produce(self, topic, acks, partitions=4):
        self.create(topic, partitions)
        out = self.to_broker("VerifiableProducer", "--topic", topic, "--max-messages", str(RECORDS), "--acks", acks)
        summary = [json.loads(line) for line in out.splitlines() if '"tool_data"' in line][-1]
        if not summary["acked"] == summary["sent"] == RECORDS:
            raise Failed(f"acknowledged {summary['acked']} of {summary['sent']} records")
        self.filled.add(topic)

    def fill(self, topic, partitions=4):
        """For a check that runs alone."""
        if topic not in self.filled:
            self.produce(topic, "-1", partitions)

    @staticmethod
    def expect_count(out, event):
        events = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        count = sum(one["count"] for one in events if one["name"] == event)
        if count < RECORDS:
            raise Failed(f"{event}: {count} of {RECORDS} records")

    def consume(self, topic, protocol):
        self.fill(topic)
        out = self.to_broker("VerifiableConsumer", "--topic", topic, "--group-id", f"smoke-{protocol}", "--group-protocol",
                             protocol, "--max-messages", str(RECORDS), "--reset-policy", "earliest")
        self.expect_count(out, "records_consumed")

    def share(self, topic):
        self.fill(topic)
        out = self.to_broker("VerifiableShareConsumer", "--topic", topic, "--group-id", "smoke-share", "--max-messages",
                             str(RECORDS), "--offset-reset-strategy", "earliest", "--acknowledgement-mode", "sync")
        self.expect_count(out, "offsets_acknowledged")

    def copy(self, source, target):
        self.fill(source, partitions=1)
        self.create(target)
        out = self.tool("TransactionalMessageCopier", "--broker-list", self.address, "--input-topic", source,
                        "--input-partition", "0", "--output-topic", target, "--max-messages", str(RECORDS // 4),
                        "--consumer-group", "smoke-copier", "--transactional-id", "smoke-copier", "--transaction-size", "100",
                        "--enable-random-aborts", "--group-mode")
        if '"remaining":0' not in out:
            raise Failed("not all was copied")

    def produce_fast(self, topic, records, size, codec="none"):
        self.create(topic)
        self.tool("ProducerPerformance", "--topic", topic, "--num-records", str(records), "--record-size", str(size),
                  "--throughput", "-1", "--command-property", f"bootstrap.servers={self.address}", f"compression.type={codec}")

    def consume_fast(self, topic, records):
        if topic not in self.filled:
            self.produce_fast(topic, records, 200)
        out = self.to_broker("ConsumerPerformance", "--topic", topic, "--num-records", str(records), "--timeout", "30000")
        if "WARNING: Exiting" in out:
            raise Failed(out.strip()[-200:])

    def count_words(self):
        """WordCountDemo over its fixed topics, read back through the console consumer."""
        for topic in ("streams-plaintext-input", "streams-wordcount-output"):
            self.create(topic, partitions=1)
        self.to_broker("ConsoleProducer", "--topic", "streams-plaintext-input", read=SENTENCES)
        settings = self.folder / "wordcount.properties"
        settings.write_text(f"state.dir={self.folder}/state\napplication.id=smoke-words\nbootstrap.servers={self.address}\n",
                            encoding="utf-8")
        with subprocess.Popen(java("org.apache.kafka.streams.examples.wordcount.WordCountDemo", str(settings)),
                              stdout=self.output, stderr=self.output, cwd=self.folder) as streams:
            try:
                out = self.to_broker("consumer.ConsoleConsumer", "--topic", "streams-wordcount-output", "--from-beginning",
                                     "--timeout-ms", "30000", "--max-messages", "11", "--formatter-property", "print.key=true",
                                     "--formatter-property",
                                     "value.deserializer=org.apache.kafka.common.serialization.LongDeserializer")
            finally:
                streams.kill()
        for count in ("kafka\t3", "streams\t2"):
            if count not in out.splitlines():
                raise Failed(f"`{count}` is not among {out.splitlines()}")
