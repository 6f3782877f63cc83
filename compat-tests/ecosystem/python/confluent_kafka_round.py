"""confluent-kafka: librdkafka from Python."""

import confluent_kafka
import round as one_round
from confluent_kafka.admin import AdminClient, NewTopic


class Producer:
    def __init__(self, codec):
        self.producer = confluent_kafka.Producer({"bootstrap.servers": one_round.address(), "compression.codec": codec,
                                                  "linger.ms": 5, "log_level": 3})
        self.failures = []

    def send(self, topic, key, value):
        self.producer.produce(topic, value, key, on_delivery=lambda error, _: error and self.failures.append(error))

    def close(self):
        left = self.producer.flush(one_round.SECONDS_MAX)
        assert left == 0 and not self.failures, f"{left} records left, {self.failures[:1]}"


class Member:
    def __init__(self, topic, group):
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": one_round.address(), "group.id": group, "group.protocol": "classic", "log_level": 3,
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "fetch.wait.max.ms": 100})
        self.consumer.subscribe([topic])

    def poll(self):
        messages = self.consumer.consume(500, timeout=0.2)
        for message in messages:
            assert message.error() is None, message.error()
        return [(one.partition(), one.key().decode(), one.value().decode()) for one in messages]

    def assigned(self):
        return {one.partition for one in self.consumer.assignment()}

    def commit(self):
        for place in self.consumer.commit(asynchronous=False):
            assert place.error is None, place.error

    def close(self):
        self.consumer.close()


class Client:
    producer, member = Producer, Member

    def create(self, topic):
        admin = AdminClient({"bootstrap.servers": one_round.address(), "log_level": 3})
        for future in admin.create_topics([NewTopic(topic, one_round.PARTITIONS, 1)]).values():
            future.result(one_round.SECONDS_MAX)


if __name__ == "__main__":
    one_round.run("confluent-kafka", confluent_kafka.__version__, Client(), ["none", "gzip", "snappy", "lz4", "zstd"])
