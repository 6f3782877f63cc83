package muir.compat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads whole partitions by assignment, without a group: from the log start to the end at the time of the call. */
final class Reader {
    private static final long SECONDS_MAX = 60;

    private Reader() {}

    static List<ConsumerRecord<byte[], byte[]>> all(String bootstrap, String topic, int partitions) {
        var wanted = new ArrayList<TopicPartition>();
        for (int partition = 0; partition < partitions; partition++) {
            wanted.add(new TopicPartition(topic, partition));
        }
        return all(bootstrap, wanted, Map.of());
    }

    static List<ConsumerRecord<byte[], byte[]>> all(String bootstrap, Collection<TopicPartition> partitions,
                                                    Map<String, String> settings) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var consumer = consumer(bootstrap, settings)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + SECONDS_MAX * 1_000_000_000L;
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                Checks.expect(System.nanoTime() < deadline, "%s: end offsets %s not reached within %d s, read %d records",
                    partitions, ends, SECONDS_MAX, records.size());
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, Map<String, String> settings) {
        var properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("enable.auto.commit", "false");
        properties.put("auto.offset.reset", "none");
        properties.put("default.api.timeout.ms", "30000");
        properties.put("fetch.max.wait.ms", "50");  // Closing waits for the fetch that is on its way.
        properties.putAll(settings);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
