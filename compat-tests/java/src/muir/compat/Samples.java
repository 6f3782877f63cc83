package muir.compat;

import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Records of every shape, the same ones for the same seed but for their time: no older than retention allows. */
final class Samples {
    private Samples() {}

    static void write(String bootstrap, String topic, int partitions, int count, long seed, Map<String, String> settings)
            throws Exception {
        var random = new Random(seed);
        var acknowledged = new ArrayList<Future<RecordMetadata>>();
        try (var target = new Target(bootstrap, null);
             var producer = target.producer(settings)) {
            for (int i = 0; i < count; i++) {
                acknowledged.add(producer.send(sample(random, topic, i % partitions)));
            }
            producer.flush();
            for (var one : acknowledged) {
                one.get();
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> sample(Random random, String topic, int partition) {
        byte[] key = random.nextInt(5) == 0 ? null : bytes(random, 20);
        byte[] value = random.nextInt(9) == 0 ? null : bytes(random, random.nextInt(20) == 0 ? 9000 : 300);
        var record = new ProducerRecord<>(topic, partition, System.currentTimeMillis() - random.nextInt(1_000_000), key, value);
        for (int h = random.nextInt(3); h > 0; h--) {
            record.headers().add(new RecordHeader("header-" + h, random.nextInt(4) == 0 ? null : bytes(random, 10)));
        }
        return record;
    }

    private static byte[] bytes(Random random, int max) {
        byte[] bytes = new byte[random.nextInt(max)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i % 3 == 0 ? random.nextInt(256) : 'x');
        }
        return bytes;
    }
}
