"""kafka-python: the whole protocol in Python."""

import kafka
import round as one_round
from kafka.admin import KafkaAdminClient, NewTopic


class Producer:
    def __init__(self, codec):
        self.producer = kafka.KafkaProducer(bootstrap_servers=one_round.address(), acks="all", linger_ms=5,
                                            compression_type=None if codec == "none" else codec)
        self.sent = []

    def send(self, topic, key, value):
        self.sent.append(self.producer.send(topic, value.encode(), key.encode()))

    def close(self):
        for future in self.sent:
            future.get(one_round.SECONDS_MAX)
        self.producer.close()


class Member:
    def __init__(self, topic, group):
        self.consumer = kafka.KafkaConsumer(topic, bootstrap_servers=one_round.address(), group_id=group,
                                            auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=100)

    def poll(self):
        return [(one.partition, one.key.decode(), one.value.decode())
                for batch in self.consumer.poll(timeout_ms=200).values() for one in batch]

    def assigned(self):
        return {one.partition for one in self.consumer.assignment()}

    def commit(self):
        self.consumer.commit()

    def close(self):
        self.consumer.close()


class Client:
    producer, member = Producer, Member

    def create(self, topic):
        admin = KafkaAdminClient(bootstrap_servers=one_round.address())
        admin.create_topics([NewTopic(topic, one_round.PARTITIONS, 1)])
        admin.close()


if __name__ == "__main__":
    one_round.run("kafka-python", kafka.__version__, Client(), ["none", "gzip", "snappy", "lz4", "zstd"])
