"""rdkafka_logins.py KIND,... FILE...: what muir.compat.Logins does, by librdkafka as confluent-kafka bundles it.

A line for each kind of client, of admin, produce and consume, and each JSON FILE of settings.
"""

import concurrent.futures
import json
import pathlib
import re
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

SECONDS_MAX = 20
AT_ONCE = 6


class Client:
    """One client's life; librdkafka tells of failed logins by its error callback, and goes on trying."""

    def __init__(self, settings, topic):
        self.topic = topic
        self.refused = None
        self.settings = dict(settings, error_cb=self.failed)

    def failed(self, error):
        is_refusal = error.name() == "_AUTHENTICATION" or re.search("(?i)alert|handshake failed", error.str())
        if is_refusal and self.refused is None:
            self.refused = error.str()

    def until(self, done, poll):
        deadline = time.monotonic() + SECONDS_MAX
        while not done() and time.monotonic() < deadline:
            poll(0.05)
            if self.refused:
                raise PermissionError(self.refused)
        if not done():
            raise TimeoutError("nothing came of it")

    def admin(self):
        admin = AdminClient(self.settings)
        created = admin.create_topics([NewTopic(self.topic, 1, 1)], operation_timeout=SECONDS_MAX)[self.topic]
        self.until(created.done, admin.poll)
        created.result()

    def produce(self):
        producer, told = Producer(self.settings), []
        producer.produce(self.topic, b"hello", on_delivery=lambda error, _: told.append(error))
        try:
            self.until(lambda: told, producer.poll)
        finally:
            producer.purge()
        if told[0]:
            raise KafkaException(told[0])

    def consume(self):
        consumer = Consumer(dict(self.settings, **{"group.id": self.topic, "auto.offset.reset": "earliest"}))
        consumer.assign([TopicPartition(self.topic, 0, 0)])
        seen = []

        def poll(seconds):
            message = consumer.poll(seconds)
            if message is not None and not message.error():
                seen.append(message.value())
        try:
            self.until(lambda: seen, poll)
        finally:
            consumer.close()
        if seen != [b"hello"]:
            raise ValueError(f"read {seen}")


def lines(path, kinds):
    settings = json.loads(path.read_text())
    topic = f"rdkafka-{path.name.replace('@', '.')}"
    found = []
    for kind in kinds:
        try:
            getattr(Client(settings, topic), kind)()
            outcome = "ok"
        except (PermissionError, TimeoutError, ValueError, KafkaException) as failure:
            outcome = " ".join(f"{type(failure).__name__}: {failure}".split())
        found.append(f"{path.name}\t{kind}\t{outcome}")
    return found


def main():
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
        rows = [threads.submit(lines, pathlib.Path(file), sys.argv[1].split(",")) for file in sys.argv[2:]]
        for found in (row.result() for row in rows):
            print("\n".join(found), flush=True)


main()
