"""rdkafka_clients.py FILE...: as SecureClients.java, with librdkafka: one line a file, its name and `ok` or why not.

Each FILE has librdkafka's settings, `key=value` a line, with \\n for the ends of lines in a value.
"""

import pathlib
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

RECORDS = 50
SECONDS_MAX = 15


def read(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return {key: value.replace("\\n", "\n") for key, value in (line.split("=", 1) for line in lines if line)}


def round_trip(settings, topic):
    problems = []
    settings = {**settings, "error_cb": problems.append}

    def why(text):
        return "; ".join([text, *(problem.str() for problem in problems)])
    admin = AdminClient(settings)
    try:
        admin.create_topics([NewTopic(topic, 1, 1)], request_timeout=8)[topic].result()
    except KafkaException as failed:
        admin.poll(1)  # Which is when it tells of connections that failed.
        raise RuntimeError(why(str(failed))) from failed
    producer = Producer(settings)
    sent = [(f"{i}-" + "x" * (i * 700)).encode() for i in range(RECORDS)]
    for value in sent:
        producer.produce(topic, value, partition=0)
    if left := producer.flush(SECONDS_MAX):
        raise RuntimeError(why(f"{left} records were not delivered"))
    consumer = Consumer({**settings, "group.id": "none", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    seen, deadline = [], time.monotonic() + SECONDS_MAX
    while len(seen) < len(sent) and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is not None and not message.error():
            seen.append(message.value())
    consumer.close()
    if seen != sent:
        raise RuntimeError(why(f"consumed {len(seen)} of {len(sent)} records"))


def main():
    for path in sys.argv[1:]:
        name = pathlib.Path(path).name
        try:
            round_trip(read(path), f"rdkafka-{name.replace('.', '-')}")
            print(name, "ok", flush=True)
        except RuntimeError as failed:
            print(name, " ".join(str(failed).split()), flush=True)


if __name__ == "__main__":
    main()
