// One round of a Node client: produce, consume as a group of two, commit, leave, come back.  See ../README.md.
//
// A client is an object with `create(topic, partitions)`, `produce(topic, codec, records)` and `member(topic, group,
// onRecord)`; a member has `assigned()`, `commit()` and `close()`.
'use strict';
const crypto = require('crypto');

const PARTITIONS = 4;
const EACH = 200;
const LATER = 50;
const KEYS = 20;
const SECONDS_MAX = 60;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition, what) {
  const deadline = Date.now() + SECONDS_MAX * 1000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${SECONDS_MAX} s: ${what()}`);
    await pause(20);
  }
}

function recordsOf(codec, from, to) {
  const records = [];
  for (let number = from; number < to; number++) records.push({ key: `${codec}-${number % KEYS}`, value: `${codec}:${number}` });
  return records;
}

// Each record once, and the values of a key in their order, all in one partition.
function expectOnce(seen, wanted) {
  const values = (records) => records.map((one) => `${one.key}=${one.value}`).sort().join();
  if (values(seen) !== values(wanted)) throw new Error(`not each of ${wanted.length} records once: ${seen.length} came`);
  const last = new Map();
  for (const { partition, key, value } of seen) {
    const number = Number(value.split(':')[1]);
    const before = last.get(key);
    if (before && (before.number >= number || before.partition !== partition)) throw new Error(`out of order: ${key}=${value}`);
    last.set(key, { number, partition });
  }
}

function shared(parts) {
  return parts.every((part) => part.length > 0) && parts.flat().length === PARTITIONS && new Set(parts.flat()).size === PARTITIONS;
}

async function consume(seen, wanted) {
  await until(() => seen.length >= wanted.length, () => `${wanted.length} records, ${seen.length} came`);
  expectOnce(seen, wanted);
}

async function round(name, version, client, codecs) {
  const topic = `round-${name.replace(/\W/g, '')}-${crypto.randomBytes(4).toString('hex')}`;
  const group = `of-${topic}`;
  await client.create(topic, PARTITIONS);
  const seen = [];
  const members = await Promise.all([1, 2].map(() => client.member(topic, group, (record) => seen.push(record))));
  const parts = () => members.map((member) => member.assigned());
  await until(() => shared(parts()), () => `every member has its part of the partitions: ${JSON.stringify(parts())}`);
  for (const codec of codecs) await client.produce(topic, codec, recordsOf(codec, 0, EACH));
  await consume(seen, codecs.flatMap((codec) => recordsOf(codec, 0, EACH)));
  for (const member of members) await member.commit();
  await Promise.all(members.map((member) => member.close()));
  const later = recordsOf(codecs[0], EACH, EACH + LATER);
  await client.produce(topic, codecs[0], later);
  const again = [];
  const third = await client.member(topic, group, (record) => again.push(record));
  await consume(again, later);
  await third.close();
  console.log(`ok ${name} ${version}: ${EACH * codecs.length} records (${codecs.join(' ')}) by two members, ${LATER} more by a third`);
}

function main(name, version, client, codecs) {
  round(name, version, client, codecs).then(() => process.exit(0), (failure) => {
    console.error(failure);
    process.exit(1);
  });
}

module.exports = { main };
