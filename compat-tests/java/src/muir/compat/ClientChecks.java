package muir.compat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;

/** The Java producer and a consumer that assigns itself its partitions. */
final class ClientChecks {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    private final Target target;

    ClientChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        for (String codec : CODECS) {
            checks.add("the Java clients carry keys, headers, timestamps with " + codec, () -> roundTrip(codec, true));
            checks.add("the Java clients without idempotence, " + codec, () -> roundTrip(codec, false));
            checks.add("compression.type=" + codec + " on the topic decides", () -> topicDecides(codec));
        }
        checks.add("LogAppendTime sets the time of every record", this::logAppendTime);
        checks.add("a timestamp too old or too far ahead is refused", this::strangeTimestamps);
        checks.add("a record that is too large is refused, its neighbours are not", this::tooLarge);
        checks.add("a large record passes where the topic allows it", this::large);
        checks.add("a consumer seeks, and meets the ends of the log", this::seeks);
        checks.add("a consumer finds offsets for times", this::offsetsForTimes);
        checks.add("a consumer that waits gets a record when it comes", this::waits);
        checks.add("a fetch of many partitions keeps each one's order", this::manyPartitions);
        checks.add("a small max.partition.fetch.bytes still makes progress", this::smallFetches);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static ProducerRecord<byte[], byte[]> sample(String topic, int i) {
        var record = new ProducerRecord<>(topic, i % 3, System.currentTimeMillis() - 1000 + i,
            i % 5 == 0 ? null : bytes("key-" + i), i % 7 == 0 ? null : bytes("value-" + "x".repeat(i % 50) + i));
        for (int h = 0; h < i % 4; h++) {
            record.headers().add(new RecordHeader("header-" + h, h == 2 ? null : bytes("h" + i)));
        }
        return record;
    }

    private void roundTrip(String codec, boolean idempotent) throws Exception {
        String topic = target.topic("java", 3);
        var sent = new ArrayList<ProducerRecord<byte[], byte[]>>();
        var acknowledged = new ArrayList<Future<RecordMetadata>>();
        try (var producer = target.producer(Map.of("compression.type", codec, "linger.ms", "5", "enable.idempotence",
            Boolean.toString(idempotent), "batch.size", "2000"))) {
            for (int i = 0; i < 600; i++) {
                sent.add(sample(topic, i));
                acknowledged.add(producer.send(sent.get(i)));
            }
        }
        var stored = new java.util.HashMap<String, ConsumerRecord<byte[], byte[]>>();
        Reader.all(target.bootstrap, topic, 3).forEach(one -> stored.put(one.partition() + ":" + one.offset(), one));
        Checks.expectEqual(stored.size(), 600, "records");
        for (int i = 0; i < 600; i++) {
            RecordMetadata place = acknowledged.get(i).get();
            Checks.expectEqual(place.offset(), (long) i / 3, "offset acknowledged for record " + i);
            same(stored.get(place.partition() + ":" + place.offset()), sent.get(i));
        }
    }

    private static void same(ConsumerRecord<byte[], byte[]> seen, ProducerRecord<byte[], byte[]> sent) {
        Checks.expect(Arrays.equals(seen.key(), sent.key()), "keys differ at %s", seen);
        Checks.expect(Arrays.equals(seen.value(), sent.value()), "values differ at %s", seen);
        Checks.expectEqual(seen.timestamp(), sent.timestamp(), "timestamp");
        Checks.expectEqual(seen.timestampType(), TimestampType.CREATE_TIME, "kind of timestamp");
        Checks.expectEqual(Arrays.asList(seen.headers().toArray()), Arrays.asList(sent.headers().toArray()), "headers");
    }

    private void topicDecides(String codec) throws Exception {
        String topic = target.topic("recompressed", 3, Map.of("compression.type", codec.equals("none") ? "uncompressed" : codec));
        var sent = new ArrayList<ProducerRecord<byte[], byte[]>>();
        try (var producer = target.producer(Map.of("compression.type", codec.equals("gzip") ? "lz4" : "gzip"))) {
            for (int i = 0; i < 90; i++) {
                sent.add(sample(topic, i));
                producer.send(sent.get(i));
            }
        }
        var records = Reader.all(target.bootstrap, topic, 3);
        Checks.expectEqual(records.size(), 90, "records");
        records.forEach(one -> same(one, sent.get((int) one.offset() * 3 + one.partition())));
    }

    private void logAppendTime() throws Exception {
        for (String codec : CODECS) {
            String topic = target.topic("appended", 1, Map.of("message.timestamp.type", "LogAppendTime"));
            long before = System.currentTimeMillis();
            RecordMetadata place;
            try (var producer = target.producer(Map.of("compression.type", codec))) {
                producer.send(new ProducerRecord<>(topic, 0, 12345L, null, bytes("a")));
                place = producer.send(new ProducerRecord<>(topic, 0, 23456L, null, bytes("b"))).get();
            }
            long after = System.currentTimeMillis();
            Checks.expect(before <= place.timestamp() && place.timestamp() <= after, "acknowledged time %d", place.timestamp());
            for (var record : Reader.all(target.bootstrap, topic, 1)) {
                Checks.expectEqual(record.timestampType(), TimestampType.LOG_APPEND_TIME, "kind of timestamp");
                Checks.expect(before <= record.timestamp() && record.timestamp() <= after, "time %d", record.timestamp());
            }
        }
    }

    private void strangeTimestamps() throws Exception {
        String topic = target.topic("strict-times", 1, Map.of("message.timestamp.before.max.ms", "60000",
            "message.timestamp.after.max.ms", "60000"));
        long now = System.currentTimeMillis();
        try (var producer = target.producer(Map.of())) {
            for (long off : List.of(-3_600_000L, 3_600_000L)) {
                expectFailure(producer.send(new ProducerRecord<>(topic, 0, now + off, null, bytes("x"))),
                    InvalidTimestampException.class);
            }
            Checks.expectEqual(producer.send(new ProducerRecord<>(topic, 0, now, null, bytes("x"))).get().offset(), 0L,
                "offset of the first good one");
        }
    }

    private static void expectFailure(Future<RecordMetadata> future, Class<? extends Throwable> kind) throws Exception {
        try {
            throw new AssertionError("acknowledged: " + future.get());
        } catch (ExecutionException e) {
            Checks.expect(kind.isInstance(e.getCause()), "wanted %s, saw %s", kind.getSimpleName(), e.getCause());
        }
    }

    private void tooLarge() throws Exception {
        String topic = target.topic("small", 2, Map.of("max.message.bytes", "1000"));
        try (var producer = target.producer(Map.of("linger.ms", "0"))) {
            expectFailure(producer.send(new ProducerRecord<>(topic, 0, null, new byte[2000])), RecordTooLargeException.class);
            Checks.expectEqual(producer.send(new ProducerRecord<>(topic, 0, null, new byte[500])).get().offset(), 0L, "offset");
            Checks.expectEqual(producer.send(new ProducerRecord<>(topic, 1, null, new byte[500])).get().offset(), 0L, "offset");
        }
    }

    private void large() throws Exception {
        String topic = target.topic("large", 1, Map.of("max.message.bytes", "6000000"));
        byte[] value = new byte[5_000_000];
        new java.util.Random(7).nextBytes(value);
        try (var producer = target.producer(Map.of("max.request.size", "6000000"))) {
            producer.send(new ProducerRecord<>(topic, value)).get();
            producer.send(new ProducerRecord<>(topic, bytes("small"))).get();
        }
        var records = Reader.all(target.bootstrap, topic, 1);
        Checks.expectEqual(records.size(), 2, "records");
        Checks.expect(Arrays.equals(records.get(0).value(), value), "the large value differs");
    }

    private String hundred(String subject) throws Exception {
        String topic = target.topic(subject, 1);
        try (var producer = target.producer(Map.of("batch.size", "200"))) {
            for (int i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>(topic, 0, 1_000L * i + System.currentTimeMillis() - 200_000, null, bytes("" + i)));
            }
        }
        return topic;
    }

    private void seeks() throws Exception {
        var partition = new TopicPartition(hundred("sought"), 0);
        try (var consumer = Reader.consumer(target.bootstrap, Map.of())) {
            consumer.assign(List.of(partition));
            for (long offset : List.of(50L, 3L, 99L, 0L, 77L)) {
                consumer.seek(partition, offset);
                Checks.expectEqual(first(consumer).offset(), offset, "first record after a seek");
            }
            consumer.seekToEnd(List.of(partition));
            Checks.expectEqual(consumer.position(partition), 100L, "position at the end");
            consumer.seek(partition, 101);
            try {
                for (int i = 0; i < 50; i++) {
                    consumer.poll(Duration.ofMillis(200));
                }
                throw new AssertionError("offset 101 of 100 was accepted");
            } catch (OffsetOutOfRangeException e) {
                Checks.expectEqual(e.offsetOutOfRangePartitions(), Map.of(partition, 101L), "partitions out of range");
            } catch (NoOffsetForPartitionException e) {
                throw new AssertionError("unexpected", e);
            }
        }
    }

    private static ConsumerRecord<byte[], byte[]> first(org.apache.kafka.clients.consumer.KafkaConsumer<byte[], byte[]> consumer) {
        for (int i = 0; i < 50; i++) {
            var records = consumer.poll(Duration.ofMillis(200));
            if (!records.isEmpty()) {
                return records.iterator().next();
            }
        }
        throw new AssertionError("no record within 10 s");
    }

    private void offsetsForTimes() throws Exception {
        String topic = hundred("dated");
        var partition = new TopicPartition(topic, 0);
        var records = Reader.all(target.bootstrap, topic, 1);
        try (var consumer = Reader.consumer(target.bootstrap, Map.of())) {
            for (int i : List.of(0, 1, 42, 99)) {
                long time = records.get(i).timestamp();
                var found = consumer.offsetsForTimes(Map.of(partition, time - 1)).get(partition);
                Checks.expectEqual(found.offset(), (long) i, "offset for a time");
                Checks.expectEqual(found.timestamp(), time, "time of that offset");
            }
            Checks.expectEqual(consumer.offsetsForTimes(Map.of(partition, records.get(99).timestamp() + 1)).get(partition),
                null, "offset for a time after the last");
            Checks.expectEqual(consumer.beginningOffsets(List.of(partition)), Map.of(partition, 0L), "beginning");
            Checks.expectEqual(consumer.endOffsets(List.of(partition)), Map.of(partition, 100L), "end");
        }
    }

    /** A fetch that finds nothing waits at the broker; a record that comes meanwhile ends the wait. */
    private void waits() throws Exception {
        var partition = new TopicPartition(target.topic("awaited", 1), 0);
        try (var consumer = Reader.consumer(target.bootstrap, Map.of("fetch.max.wait.ms", "5000"));
             var producer = target.producer(Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            consumer.poll(Duration.ofMillis(300));  // The fetch is on its way, or already waiting.
            long began = System.nanoTime();
            producer.send(new ProducerRecord<>(partition.topic(), bytes("at last"))).get();
            Checks.expectEqual(new String(first(consumer).value()), "at last", "value");
            long milliseconds = (System.nanoTime() - began) / 1_000_000;
            Checks.expect(milliseconds < 2500, "the waiting fetch was answered after %d ms only", milliseconds);
        }
    }

    private void manyPartitions() throws Exception {
        String topic = target.topic("many", 60);
        try (var producer = target.producer(Map.of())) {
            for (int i = 0; i < 3000; i++) {
                producer.send(new ProducerRecord<>(topic, i % 60, null, bytes("" + i)));
            }
        }
        var records = Reader.all(target.bootstrap, topic, 60);
        Checks.expectEqual(records.size(), 3000, "records");
        records.forEach(one -> Checks.expectEqual(new String(one.value()), "" + (one.offset() * 60 + one.partition()), "value"));
    }

    private void smallFetches() throws Exception {
        String topic = hundred("nibbled");
        var partition = new TopicPartition(topic, 0);
        var records = Reader.all(target.bootstrap, List.of(partition), Map.of("max.partition.fetch.bytes", "1",
            "fetch.max.bytes", "1"));
        Checks.expectEqual(records.size(), 100, "records");
    }
}
