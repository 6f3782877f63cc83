package muir.compat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Produces keyed records, and adds to a file a line for each that was acknowledged: `plain`, `committed`, `aborted` or
 * `open`, then what Dump would say of it.  That file is what a test compares a broker with.
 */
final class Acknowledged implements AutoCloseable {
    private static final int RECORDS = 6;  // Of a transaction, in each partition.
    private static final int TOMBSTONE_ONE_IN = 8;
    private static final int VALUE_BYTES_MAX = 400;
    private static final long OPEN_MS = 900_000;  // As long as Kafka allows: the test is over before.

    /** What is written where. */
    record Story(String topic, int partitions, int count, long seed, int keys) {}

    private record Sent(ProducerRecord<byte[], byte[]> record, Future<RecordMetadata> answer) {}

    private final Target target;
    private final Story story;
    private final Random random;
    private final long ageMs;
    private final List<String> lines = new ArrayList<>();

    private Acknowledged(String bootstrap, Story story, long ageMs) {
        this.target = new Target(bootstrap, null);
        this.story = story;
        this.random = new Random(story.seed);
        this.ageMs = ageMs;
    }

    /** `count` records outside of transactions, `ageMs` old. */
    static void write(String bootstrap, Path file, Story story, long ageMs) throws Exception {
        try (var writer = new Acknowledged(bootstrap, story, ageMs)) {
            String codec = List.of("none", "gzip", "lz4", "zstd", "snappy").get((int) (story.seed % 5));
            try (var producer = writer.target.producer(Map.of("compression.type", codec, "batch.size", "2000"))) {
                writer.note("plain", writer.send(producer, story.count));
            }
            writer.save(file);
        }
    }

    /**
     * `count` transactions that commit, and about as many that end as the seed says, each overlapping the next; the
     * last that commits takes `offset` of the topic's partition 0 for group exactly-once with it.  With `open` one more
     * stays open, and whatever an earlier call has left open is aborted first.
     */
    static void transact(String bootstrap, Path file, Story story, long offset, boolean open) throws Exception {
        try (var writer = new Acknowledged(bootstrap, story, 0)) {
            writer.transactions(offset);
            if (open) {
                writer.leaveOpen();
            }
            writer.save(file);
        }
    }

    private void transactions(long offset) throws Exception {
        try (var first = transactional("first"); var second = transactional("second")) {
            for (int round = 0; round < story.count; round++) {
                first.beginTransaction();
                List<Sent> ofFirst = send(first, RECORDS * story.partitions);
                second.beginTransaction();
                List<Sent> ofSecond = send(second, RECORDS * story.partitions);
                boolean last = round == story.count - 1;
                commitOffset(first, last ? offset : offset + 1000);
                end(first, last || random.nextInt(3) > 0, ofFirst);
                end(second, random.nextBoolean(), ofSecond);
            }
        }
    }

    private void commitOffset(KafkaProducer<byte[], byte[]> producer, long offset) {
        var committed = Map.of(new TopicPartition(story.topic, 0), new OffsetAndMetadata(offset, "by a transaction"));
        try (var member = Reader.consumer(target.bootstrap, Map.of("group.id", "exactly-once"))) {
            producer.sendOffsetsToTransaction(committed, member.groupMetadata());
        }
    }

    private void end(KafkaProducer<byte[], byte[]> producer, boolean commit, List<Sent> sent) throws Exception {
        if (commit) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
        note(commit ? "committed" : "aborted", sent);
    }

    private void leaveOpen() throws Exception {
        var producer = transactional("open");
        producer.beginTransaction();
        note("open", send(producer, RECORDS * story.partitions));
        producer.close(Duration.ZERO);  // Without time to abort.
    }

    private KafkaProducer<byte[], byte[]> transactional(String name) {
        var producer = target.producer(Map.of("transactional.id", name + "-" + story.topic, "transaction.timeout.ms", "" + OPEN_MS));
        producer.initTransactions();
        return producer;
    }

    private List<Sent> send(KafkaProducer<byte[], byte[]> producer, int count) {
        var sent = new ArrayList<Sent>();
        for (int i = 0; i < count; i++) {
            var record = sample(i % story.partitions);
            sent.add(new Sent(record, producer.send(record)));
        }
        producer.flush();
        return sent;
    }

    /** A key belongs to one partition. */
    private ProducerRecord<byte[], byte[]> sample(int partition) {
        byte[] key = ("key-" + partition + "-" + random.nextInt(story.keys)).getBytes(StandardCharsets.UTF_8);
        byte[] value = null;
        if (random.nextInt(TOMBSTONE_ONE_IN) > 0) {
            value = new byte[random.nextInt(VALUE_BYTES_MAX)];
            random.nextBytes(value);
        }
        long time = System.currentTimeMillis() - ageMs - random.nextInt(10_000);
        var record = new ProducerRecord<>(story.topic, partition, time, key, value);
        if (random.nextInt(4) == 0) {
            record.headers().add(new RecordHeader("header", random.nextBoolean() ? null : key));
        }
        return record;
    }

    private void note(String outcome, List<Sent> sent) throws Exception {
        for (Sent one : sent) {
            var record = one.record;
            lines.add(outcome + " " + Dump.record(record.topic(), record.partition(), one.answer.get().offset(),
                "CreateTime=" + record.timestamp(), record.key(), record.value(), record.headers()));
        }
    }

    private void save(Path file) throws IOException {
        Files.write(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void close() {
        target.close();
    }
}
