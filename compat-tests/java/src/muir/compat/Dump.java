package muir.compat;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;

/** All that a broker serves, records and groups, as text: two brokers on the same files must say the same. */
final class Dump {
    private Dump() {}

    static void write(String bootstrap, Path file) throws Exception {
        try (var target = new Target(bootstrap, null);
             var out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
            for (String topic : new TreeSet<>(target.admin.listTopics().names().get())) {
                TopicDescription description = target.admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
                int partitions = description.partitions().size();
                target.awaitLeaders(topic, partitions);
                out.printf("topic %s %s partitions=%d %s%n", topic, description.topicId(), partitions, configs(target, topic));
                records(target, topic, partitions, out);
            }
            Groups.dump(target, out);
        }
    }

    private static Map<String, String> configs(Target target, String topic) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        var configs = new TreeMap<String, String>();
        for (ConfigEntry entry : target.admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
            if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                configs.put(entry.name(), entry.value());
            }
        }
        return configs;
    }

    private static void records(Target target, String topic, int partitions, PrintWriter out) {
        var all = new ArrayList<TopicPartition>();
        for (int partition = 0; partition < partitions; partition++) {
            all.add(new TopicPartition(topic, partition));
        }
        try (var consumer = Reader.consumer(target.bootstrap, Map.of())) {
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            all.forEach(one -> out.printf("log %s [%d, %d)%n", one, begins.get(one), ends.get(one)));
        }
        var readCommitted = Map.of("isolation.level", "read_committed");
        try (var consumer = Reader.consumer(target.bootstrap, readCommitted)) {
            Map<TopicPartition, Long> stable = consumer.endOffsets(all);
            all.forEach(one -> out.printf("stable %s %d%n", one, stable.get(one)));
        }
        records(Reader.all(target.bootstrap, all, readCommitted), "committed ", out);
        records(Reader.all(target.bootstrap, all, Map.of()), "", out);
    }

    private static void records(List<ConsumerRecord<byte[], byte[]>> records, String prefix, PrintWriter out) {
        records.sort(Comparator.comparing((ConsumerRecord<byte[], byte[]> one) -> one.partition())
            .thenComparing(ConsumerRecord::offset));
        for (var one : records) {
            out.println(prefix + record(one.topic(), one.partition(), one.offset(), one.timestampType() + "=" + one.timestamp(), one.key(),
                one.value(), one.headers()));
        }
    }

    /** A record as a line says it. */
    static String record(String topic, int partition, long offset, String time, byte[] key, byte[] value, Iterable<Header> headers) {
        var line = new StringBuilder(String.format("%s-%d @%d %s %s %s", topic, partition, offset, time, hex(key), hex(value)));
        headers.forEach(header -> line.append(' ').append(header.key()).append('=').append(hex(header.value())));
        return line.toString();
    }

    private static String hex(byte[] bytes) {
        return bytes == null ? "null" : "[" + HexFormat.of().formatHex(bytes) + "]";
    }
}
