"""rdkafka_stream.py FILE TOPIC: produces and consumes without end, as FILE's settings say, until its input ends.

Prints `ready` when the first record has come back; at the end how many were sent and came back, and each error.
"""

import sys
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from rdkafka_clients import read

SECONDS_MAX = 30


def main():
    settings, topic = read(sys.argv[1]), sys.argv[2]
    errors, ended, seen = [], threading.Event(), []
    settings["error_cb"] = lambda error: errors.append(error.str())
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    producer = Producer(settings)
    consumer = Consumer({**settings, "group.id": "none", "enable.auto.commit": False})
    sent = 0

    def delivered(error, _message):
        if error:
            errors.append(error.str())

    def consume(seconds):
        message = consumer.poll(seconds)
        if message is not None and not message.error():
            seen.append(message.value())
            if len(seen) == 1:
                print("ready", flush=True)
    producer.produce(topic, b"0", partition=0, on_delivery=delivered)
    producer.flush(SECONDS_MAX)
    sent += 1
    consumer.assign([TopicPartition(topic, 0, 0)])
    while not ended.is_set():
        producer.produce(topic, str(sent).encode(), partition=0, on_delivery=delivered)
        sent += 1
        producer.poll(0)
        consume(0.01)
    producer.flush(SECONDS_MAX)
    deadline = time.monotonic() + SECONDS_MAX
    while len(seen) < sent and time.monotonic() < deadline:
        consume(0.2)
    print(f"sent {sent} seen {len(seen)} in order {seen == [str(i).encode() for i in range(sent)]}")
    for error in errors:
        print("error", error)


if __name__ == "__main__":
    main()
