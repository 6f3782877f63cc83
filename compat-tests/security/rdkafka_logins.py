"""The same round of work as muir.compat.Logins, by librdkafka: a line for each JSON file of its settings."""

import json
import pathlib
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

SECONDS_MAX = 30


class Login:
    """One client configuration; librdkafka tells of failed logins by its error callback."""

    def __init__(self, settings):
        self.failure = None
        self.settings = dict(settings, error_cb=self.failed)

    def failed(self, error):
        if error.name() == "_AUTHENTICATION" and self.failure is None:
            self.failure = error.str()

    def work(self, topic):
        admin = AdminClient(self.settings)
        created = admin.create_topics([NewTopic(topic, 1, 1)], operation_timeout=SECONDS_MAX)[topic]
        if not self.until(lambda: created.done(), admin):
            return "topic not created"
        created.result()
        producer, told = Producer(self.settings), []
        producer.produce(topic, b"hello", on_delivery=lambda error, _: told.append(error))
        if not self.until(lambda: told, producer) or told[0]:
            return f"not delivered: {told}"
        consumer = Consumer(dict(self.settings, **{"group.id": topic, "auto.offset.reset": "earliest"}))
        consumer.assign([TopicPartition(topic, 0, 0)])
        message = consumer.poll(SECONDS_MAX)
        consumer.close()
        return "ok" if message is not None and message.value() == b"hello" else f"not read: {message}"

    def until(self, done, client):
        deadline = time.monotonic() + SECONDS_MAX
        while not done() and time.monotonic() < deadline:
            client.poll(0.05)
            if self.failure:
                raise PermissionError(self.failure)
        return done()


def outcome(path):
    try:
        return Login(json.loads(path.read_text())).work(f"rdkafka-{path.name.replace('@', '.')}")
    except PermissionError as refused:
        return f"refused: {refused}"
    except KafkaException as failure:
        return f"unexpected {failure}"


for name in sys.argv[1:]:
    print(f"{pathlib.Path(name).name}\t{outcome(pathlib.Path(name))}", flush=True)
