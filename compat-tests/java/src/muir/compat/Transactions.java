package muir.compat;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Transactions of every end, overlapping, with plain records between them. */
final class Transactions {
    private static final int RECORDS = 4;
    private static final String OPEN_MS = "900000";  // As long as Kafka allows: the test is over before.

    private Transactions() {}

    /** `rounds` times one that commits and one that aborts, each reaching into the next round; then one that stays open. */
    static void write(String bootstrap, String topic, int partitions, int rounds, long seed) throws Exception {
        var random = new Random(seed);
        try (var target = new Target(bootstrap, null);
             var plain = target.producer(Map.of());
             var first = target.producer(Map.of("transactional.id", "first-" + seed));
             var second = target.producer(Map.of("transactional.id", "second-" + seed))) {
            first.initTransactions();
            second.initTransactions();
            for (int round = 0; round < rounds; round++) {
                first.beginTransaction();
                send(first, random, topic, partitions);
                if (round > 0) {
                    end(second, random);
                }
                second.beginTransaction();
                send(second, random, topic, partitions);
                send(plain, random, topic, partitions);
                end(first, random);
            }
            end(second, random);
            var open = target.producer(Map.of("transactional.id", "open-" + seed, "transaction.timeout.ms", OPEN_MS));
            open.initTransactions();
            open.beginTransaction();
            send(open, random, topic, partitions);
            first.beginTransaction();
            send(first, random, topic, partitions);
            first.commitTransaction();
            open.close(Duration.ZERO);  // Without time to abort.
        }
    }

    private static void end(KafkaProducer<byte[], byte[]> producer, Random random) {
        if (random.nextBoolean()) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, Random random, String topic, int partitions) {
        for (int partition = 0; partition < partitions; partition++) {
            for (int i = 0; i < RECORDS; i++) {
                byte[] value = new byte[1 + random.nextInt(200)];
                random.nextBytes(value);
                producer.send(new ProducerRecord<>(topic, partition, null, value));
            }
        }
        producer.flush();
    }
}
