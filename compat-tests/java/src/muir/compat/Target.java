package muir.compat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The broker under test, and topics of one's own on it. */
final class Target implements AutoCloseable {
    private static final long AWAIT_SECONDS_MAX = 20;

    final String bootstrap;
    /** Where it keeps its log; on this machine, so that a test may look at the files. */
    final Path data;
    final Admin admin;
    private final AtomicInteger topics = new AtomicInteger();

    Target(String bootstrap, Path data) {
        this.bootstrap = bootstrap;
        this.data = data;
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", "30000"));
    }

    static Target fromEnvironment() {
        return new Target(System.getenv("MUIR_BOOTSTRAP"), Path.of(System.getenv("MUIR_DATA")));
    }

    /** A new topic; its name begins with `subject`. */
    String topic(String subject, int partitions, Map<String, String> configs) throws Exception {
        String name = subject + "-" + topics.incrementAndGet();
        create(name, partitions, configs);
        return name;
    }

    void create(String name, int partitions, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs))).all().get();
        awaitLeaders(name, partitions);
    }

    /** Returns when the topic is no longer listed. */
    void delete(String name) throws Exception {
        admin.deleteTopics(List.of(name)).all().get();
        long deadline = System.nanoTime() + AWAIT_SECONDS_MAX * 1_000_000_000L;
        while (admin.listTopics().names().get().contains(name)) {
            Checks.expect(System.nanoTime() < deadline, "%s is still listed", name);
            Thread.sleep(5);
        }
    }

    void grow(String name, int partitions) throws Exception {
        admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all().get();
        awaitLeaders(name, partitions);
    }

    void truncate(String name, long before) throws Exception {
        admin.deleteRecords(Map.of(new TopicPartition(name, 0), RecordsToDelete.beforeOffset(before))).all().get();
    }

    /** A topic is created when the controller has written it down; its partitions answer a moment later. */
    void awaitLeaders(String topic, int partitions) throws Exception {
        var ends = new HashMap<TopicPartition, OffsetSpec>();
        for (int partition = 0; partition < partitions; partition++) {
            ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        long deadline = System.nanoTime() + AWAIT_SECONDS_MAX * 1_000_000_000L;
        while (true) {
            try {
                admin.listOffsets(ends).all().get();
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(5);
            }
        }
    }

    String topic(String subject, int partitions) throws Exception {
        return topic(subject, partitions, Map.of());
    }

    KafkaProducer<byte[], byte[]> producer(Map<String, String> settings) {
        var properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("delivery.timeout.ms", "30000");
        properties.put("request.timeout.ms", "20000");
        properties.putAll(settings);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A tool with the address of the broker put before its arguments. */
    Tool tool(String mainClass, String... arguments) {
        var all = new ArrayList<>(List.of("--bootstrap-server", bootstrap));
        all.addAll(List.of(arguments));
        return Tool.of(mainClass, all.toArray(String[]::new));
    }

    @Override
    public void close() {
        admin.close();
    }
}
