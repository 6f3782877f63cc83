package muir.compat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** kafka-topics and kafka-configs on topics. */
final class TopicChecks {
    private static final String TOPICS = "org.apache.kafka.tools.TopicCommand";
    private static final String CONFIGS = "kafka.admin.ConfigCommand";
    /** What 4.3.1 shows of a topic: every configuration of topic-configs but the internal one. */
    private static final int TOPIC_CONFIGS = 33;

    private final Target target;

    TopicChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-topics creates, lists and describes", this::createListDescribe);
        checks.add("kafka-topics refuses what cannot be created", this::refuses);
        checks.add("kafka-topics adds partitions", this::addPartitions);
        checks.add("kafka-topics deletes", this::delete);
        checks.add("kafka-topics describes 150 partitions in pages", this::describeMany);
        checks.add("kafka-configs adds, describes and deletes", this::configs);
        checks.add("kafka-configs describes every configuration of a topic", this::allConfigs);
        checks.add("kafka-configs refuses bad values and unknown keys", this::badConfigs);
        checks.add("kafka-configs appends to and subtracts from a list", this::listConfigs);
    }

    private Tool.Outcome topics(String... arguments) throws Exception {
        return target.tool(TOPICS, arguments).run();
    }

    private Tool.Outcome configs(String topic, String... arguments) throws Exception {
        var all = new java.util.ArrayList<>(List.of("--entity-type", "topics", "--entity-name", topic));
        all.addAll(List.of(arguments));
        return target.tool(CONFIGS, all.toArray(String[]::new)).run();
    }

    private void createListDescribe() throws Exception {
        topics("--create", "--topic", "made", "--partitions", "3", "--replication-factor", "1", "--config",
            "retention.ms=123456").succeeded().prints("Created topic made.");
        Checks.expect(topics("--list").succeeded().lines().contains("made"), "made is not listed");
        List<String> lines = topics("--describe", "--topic", "made").succeeded().lines();
        Checks.expectEqual(lines.size(), 4, "lines of the description");
        Checks.expect(lines.get(0).matches("Topic: made\\s+TopicId: [\\w-]{22}\\s+PartitionCount: 3\\s+"
            + "ReplicationFactor: 1\\s+Configs: .*"), "unexpected: %s", lines.get(0));
        Checks.expect(lines.get(0).contains("retention.ms=123456"), "no override in %s", lines.get(0));
        for (int i = 0; i < 3; i++) {
            Checks.expect(lines.get(i + 1).matches("Topic: made\\s+Partition: " + i
                + "\\s+Leader: 1\\s+Replicas: 1\\s+Isr: 1\\s+Elr:\\s*LastKnownElr:\\s*"), "unexpected: %s", lines.get(i + 1));
        }
        topics("--create", "--topic", "made", "--if-not-exists").succeeded();
        Checks.expect(topics("--describe", "--under-replicated-partitions").succeeded().lines().isEmpty(),
            "something is under-replicated");
        Checks.expect(topics("--describe", "--topics-with-overrides").succeeded().out().contains("Topic: made"),
            "made has an override");
    }

    private void refuses() throws Exception {
        target.topic("twice", 1);
        topics("--create", "--topic", "twice-1x", "--partitions", "0").failed();
        String twice = target.topic("twice", 1);
        topics("--create", "--topic", twice).failed().prints("Topic '" + twice + "' already exists.");
        topics("--create", "--topic", "wide", "--replication-factor", "2").failed()
            .prints("Unable to replicate the partition 2 time(s)");
        topics("--create", "--topic", "bad", "--config", "retention.ms=soon").failed().prints("retention.ms");
        topics("--describe", "--topic", "nowhere").failed().prints("Topic 'nowhere' does not exist as expected");
        Checks.expect(!topics("--list").succeeded().lines().contains("wide"), "a refused topic exists");
    }

    private void addPartitions() throws Exception {
        String topic = target.topic("grown", 2);
        topics("--alter", "--topic", topic, "--partitions", "5").succeeded();
        topics("--describe", "--topic", topic).succeeded().prints("PartitionCount: 5").prints("Partition: 4");
        topics("--alter", "--topic", topic, "--partitions", "4").failed()
            .prints("The topic " + topic + " currently has 5 partition(s); 4 would not be an increase.");
        topics("--alter", "--topic", topic, "--partitions", "5").failed().prints("Topic already has 5 partition(s).");
        Checks.expectEqual(write(topic, 4), 4, "partition written to");
    }

    /** Writes a record to a partition; the answer names where it went. */
    private int write(String topic, int partition) throws Exception {
        try (var producer = target.producer(Map.of())) {
            return producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic, partition, null,
                new byte[] {1})).get().partition();
        }
    }

    private void delete() throws Exception {
        String topic = target.topic("doomed", 3);
        write(topic, 1);
        topics("--delete", "--topic", topic).succeeded();
        Checks.expect(!topics("--list").succeeded().lines().contains(topic), "a deleted topic is listed");
        topics("--delete", "--topic", topic).failed().prints("does not exist as expected");
        topics("--create", "--topic", topic, "--partitions", "1").succeeded();
        Checks.expectEqual(Reader.all(target.bootstrap, topic, 1).size(), 0, "records of the topic created anew");
    }

    private void describeMany() throws Exception {
        String topic = target.topic("wide", 150);
        List<String> lines = topics("--describe", "--topic", topic, "--partition-size-limit-per-response", "40")
            .succeeded().lines();
        Checks.expectEqual(lines.size(), 151, "lines of the description");
        Checks.expect(IntStream.range(0, 150).allMatch(i -> lines.get(i + 1).contains("Partition: " + i + "\t")),
            "partitions out of order");
        target.admin.deleteTopics(List.of(topic)).all().get();
    }

    private void configs() throws Exception {
        String topic = target.topic("tuned", 1);
        configs(topic, "--alter", "--add-config", "retention.ms=7200000,max.message.bytes=4096").succeeded()
            .prints("Completed updating config for topic " + topic + ".");
        configs(topic, "--describe").succeeded().prints("Dynamic configs for topic " + topic + " are:")
            .prints("retention.ms=7200000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=7200000}")
            .prints("max.message.bytes=4096 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:max.message.bytes=4096, "
                + "DEFAULT_CONFIG:message.max.bytes=1048588}");
        configs(topic, "--alter", "--delete-config", "retention.ms").succeeded();
        String left = configs(topic, "--describe").succeeded().prints("max.message.bytes=4096").out();
        Checks.expect(!left.contains("retention.ms"), "a deleted config is shown: %s", left);
        Checks.expect(refused(topic, 8000), "a record above max.message.bytes was taken");
        configs(topic, "--alter", "--delete-config", "max.message.bytes").succeeded();
        Checks.expect(!refused(topic, 8000), "a record below max.message.bytes was refused");
    }

    private boolean refused(String topic, int bytes) throws Exception {
        try (var producer = target.producer(Map.of())) {
            producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic, new byte[bytes])).get();
            return false;
        } catch (java.util.concurrent.ExecutionException e) {
            Checks.expect(e.getCause() instanceof org.apache.kafka.common.errors.RecordTooLargeException,
                "unexpected error: %s", e.getCause());
            return true;
        }
    }

    private void allConfigs() throws Exception {
        String topic = target.topic("plain", 1);
        var outcome = configs(topic, "--describe", "--all").succeeded().prints("All configs for topic " + topic + " are:")
            .prints("cleanup.policy=delete sensitive=false synonyms={DEFAULT_CONFIG:log.cleanup.policy=delete}")
            .prints("compression.type=producer sensitive=false synonyms={DEFAULT_CONFIG:compression.type=producer}")
            .prints("segment.bytes=1073741824 sensitive=false synonyms={DEFAULT_CONFIG:log.segment.bytes=1073741824}")
            .prints("retention.ms=604800000 sensitive=false synonyms={}");
        Checks.expectEqual(outcome.lines().stream().filter(line -> line.contains("synonyms=")).count(),
            (long) TOPIC_CONFIGS, "configurations of a topic");
    }

    private void badConfigs() throws Exception {
        String topic = target.topic("strict", 1);
        configs(topic, "--alter", "--add-config", "retention.ms=soon").failed()
            .prints("Invalid value soon for configuration retention.ms");
        configs(topic, "--alter", "--add-config", "cleanup.policy=burn").failed().prints("cleanup.policy");
        configs(topic, "--alter", "--add-config", "no.such.key=1").failed()
            .prints("Unknown topic config name: no.such.key");
        configs("nowhere", "--alter", "--add-config", "retention.ms=1").failed();
        Checks.expect(!configs(topic, "--describe").succeeded().out().contains("="), "a refused config was kept");
    }

    private void listConfigs() throws Exception {
        String topic = target.topic("listed", 1);
        configs(topic, "--alter", "--add-config", "cleanup.policy=[compact,delete]").succeeded();
        configs(topic, "--describe").succeeded().prints("cleanup.policy=compact,delete");
        configs(topic, "--alter", "--add-config", "cleanup.policy=compact").succeeded();
        configs(topic, "--describe").succeeded().prints("cleanup.policy=compact sensitive");
    }
}
