// kafkajs: the whole protocol in JavaScript, at the versions of some years ago.
'use strict';
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = require('kafkajs');
const snappy = require('kafkajs-snappy');
const { version } = require('kafkajs/package.json');
const { main } = require('./round.js');

CompressionCodecs[CompressionTypes.Snappy] = snappy;
const CODECS = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy };
const kafka = new Kafka({ brokers: [process.env.MUIR_BOOTSTRAP], logLevel: logLevel.NOTHING });

async function create(topic, partitions) {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

async function produce(topic, codec, messages) {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, compression: CODECS[codec], acks: -1, messages });
  await producer.disconnect();
}

async function member(topic, group, onRecord) {
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 100, heartbeatInterval: 200 });
  let assigned = [];
  const next = new Map();
  consumer.on(consumer.events.GROUP_JOIN, (event) => { assigned = event.payload.memberAssignment[topic] || []; });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      next.set(partition, (BigInt(message.offset) + 1n).toString());
      onRecord({ partition, key: message.key.toString(), value: message.value.toString() });
    },
  });
  return {
    assigned: () => assigned,
    commit: () => consumer.commitOffsets([...next].map(([partition, offset]) => ({ topic, partition, offset }))),
    close: () => consumer.disconnect(),
  };
}

main('kafkajs', version, { create, produce, member }, ['none', 'gzip', 'snappy']);
