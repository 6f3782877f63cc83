// @confluentinc/kafka-javascript: librdkafka from Node.
'use strict';
const { KafkaJS } = require('@confluentinc/kafka-javascript');
const { version } = require('@confluentinc/kafka-javascript/package.json');
const { main } = require('./round.js');

const { Kafka, logLevel } = KafkaJS;
const kafka = new Kafka({ kafkaJS: { brokers: [process.env.MUIR_BOOTSTRAP], logLevel: logLevel.NOTHING } });

async function create(topic, partitions) {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }] });
  await admin.disconnect();
}

async function produce(topic, codec, messages) {
  const producer = kafka.producer({ 'compression.codec': codec });
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
}

async function member(topic, group, onRecord) {
  const consumer = kafka.consumer({
    kafkaJS: { groupId: group, fromBeginning: true, autoCommit: false, maxWaitTimeInMs: 100 }, 'group.protocol': 'classic',
  });
  const next = new Map();
  await consumer.connect();
  await consumer.subscribe({ topic });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      next.set(partition, (BigInt(message.offset) + 1n).toString());
      onRecord({ partition, key: message.key.toString(), value: message.value.toString() });
    },
  });
  return {
    assigned: () => consumer.assignment().map((one) => one.partition),
    commit: () => consumer.commitOffsets([...next].map(([partition, offset]) => ({ topic, partition, offset }))),
    close: () => consumer.disconnect(),
  };
}

main('@confluentinc/kafka-javascript', version, { create, produce, member }, ['none', 'gzip', 'snappy', 'lz4', 'zstd']);
