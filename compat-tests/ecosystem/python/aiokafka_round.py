"""aiokafka: asyncio; its event loop is turned from outside, a call at a time."""

import asyncio

import aiokafka
import round as one_round
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

LOOP = asyncio.new_event_loop()


def wait(coroutine):
    return LOOP.run_until_complete(asyncio.wait_for(coroutine, one_round.SECONDS_MAX))


async def made(kind, **settings):
    one = kind(bootstrap_servers=one_round.address(), **settings)
    await one.start()
    return one


class Producer:
    def __init__(self, codec):
        self.producer = wait(made(aiokafka.AIOKafkaProducer, acks="all", linger_ms=5,
                                  compression_type=None if codec == "none" else codec))
        self.sent = []

    def send(self, topic, key, value):
        self.sent.append(wait(self.producer.send(topic, value.encode(), key.encode())))

    def close(self):
        wait(asyncio.wait(self.sent))
        for future in self.sent:
            future.result()
        wait(self.producer.stop())


class Member:
    def __init__(self, topic, group):
        self.consumer = wait(self.joined(topic, group))

    @staticmethod
    async def joined(topic, group):
        consumer = aiokafka.AIOKafkaConsumer(bootstrap_servers=one_round.address(), group_id=group, fetch_max_wait_ms=100,
                                             auto_offset_reset="earliest", enable_auto_commit=False)
        consumer.subscribe([topic])
        # start() would wait for an assignment, which the other member has to take part in: give it a task of its own.
        return consumer, asyncio.ensure_future(consumer.start())

    def poll(self):
        consumer, started = self.consumer
        if not started.done():
            wait(asyncio.wait([started], timeout=0.2))
            return []
        started.result()
        batches = wait(consumer.getmany(timeout_ms=200))
        return [(one.partition, one.key.decode(), one.value.decode()) for batch in batches.values() for one in batch]

    def assigned(self):
        consumer, started = self.consumer
        return {one.partition for one in consumer.assignment()} if started.done() else set()

    def commit(self):
        wait(self.consumer[0].commit())

    def close(self):
        wait(self.consumer[0].stop())


class Client:
    producer, member = Producer, Member

    def create(self, topic):
        admin = wait(made(AIOKafkaAdminClient))
        wait(admin.create_topics([NewTopic(topic, one_round.PARTITIONS, 1)]))
        wait(admin.close())


if __name__ == "__main__":
    asyncio.set_event_loop(LOOP)
    one_round.run("aiokafka", aiokafka.__version__, Client(), ["none", "gzip", "snappy", "lz4", "zstd"])
