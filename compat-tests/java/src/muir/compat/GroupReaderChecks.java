package muir.compat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.tools.VerifiableConsumer;

/** Tools that read as members of a group: kafka-console-consumer, kafka-consumer-perf-test, kafka-verifiable-consumer. */
final class GroupReaderChecks {
    private static final String CONSOLE = "org.apache.kafka.tools.consumer.ConsoleConsumer";
    private static final String PERFORMANCE = "org.apache.kafka.tools.ConsumerPerformance";
    private static final String PRODUCER = "org.apache.kafka.tools.VerifiableProducer";
    private static final Pattern DATA = Pattern.compile("\"(value|partition|offset)\":\"?(\\d+)");
    private static final int PARTITIONS = 6;
    private static final int VERIFIED = 100_000;
    private static final long SECONDS_MAX = 60;

    private final Target target;

    GroupReaderChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-console-consumer --group goes on where it stopped", this::console);
        checks.add("kafka-consumer-perf-test reads as a group", this::performance);
        checks.add("100,000 records from a verifiable producer to three verifiable consumers", this::verifiable);
    }

    private String numbered(int records) throws Exception {
        String topic = target.topic("read", 2);
        try (var producer = target.producer(Map.of("linger.ms", "5"))) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, i % 2, null, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
            }
        }
        return topic;
    }

    private List<String> consume(String topic, int count, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of("--topic", topic, "--max-messages", Integer.toString(count), "--timeout-ms", "20000",
            "--group", "of-" + topic, "--command-property", "group.protocol=classic", "--command-property", "fetch.max.wait.ms=50"));
        all.addAll(List.of(arguments));
        return target.tool(CONSOLE, all.toArray(String[]::new)).run().succeeded()
            .prints("Processed a total of " + count + " messages").lines();
    }

    private Map<Integer, Long> committed(String group) throws Exception {
        var seen = new HashMap<Integer, Long>();
        target.admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
            .forEach((place, offset) -> seen.put(place.partition(), offset.offset()));
        return seen;
    }

    private void console() throws Exception {
        String topic = numbered(30);
        var seen = new TreeSet<>(consume(topic, 13, "--from-beginning"));
        Checks.expectEqual(committed("of-" + topic).values().stream().mapToLong(Long::longValue).sum(), 13L, "records committed");
        seen.addAll(consume(topic, 17));
        Checks.expectEqual(seen.size(), 30, "different records");
        Checks.expectEqual(committed("of-" + topic), Map.of(0, 15L, 1, 15L), "offsets");
    }

    private void performance() throws Exception {
        String topic = numbered(20_000);
        String out = target.tool(PERFORMANCE, "--topic", topic, "--num-records", "20000", "--group", "of-" + topic,
            "--command-property", "group.protocol=classic", "--timeout", "20000", "--hide-header").run().succeeded().out();
        Checks.expect(!out.contains("WARNING"), "%s", out);
        String[] fields = out.lines().filter(line -> line.contains(", ")).findFirst().orElseThrow().split(", ");
        Checks.expectEqual(fields[4], "20000", "records in " + out);
    }

    /** Until every member has its part: whoever comes later might find everything read. */
    private void awaitShares(String group, int members) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (true) {
            var described = target.admin.describeConsumerGroups(List.of(group)).describedGroups().get(group);
            try {
                var there = described.get().members();
                if (there.size() == members && there.stream().allMatch(
                    member -> member.assignment().topicPartitions().size() == PARTITIONS / members)) {
                    return;
                }
            } catch (ExecutionException e) {
                Checks.expect(e.getCause() instanceof GroupIdNotFoundException, "%s", e.getCause());
            }
            Checks.expect(System.nanoTime() < deadline, "%s did not get %d members", group, members);
            Thread.sleep(50);
        }
    }

    /** None lost, none doubled, each partition in the order in which it was written. */
    private void verifiable() throws Exception {
        String topic = target.topic("verified", PARTITIONS);
        var consumers = new ArrayList<Running>();
        for (int i = 0; i < 3; i++) {
            consumers.add(new Running(topic));
        }
        awaitShares("of-" + topic, consumers.size());
        target.tool(PRODUCER, "--topic", topic, "--max-messages", Integer.toString(VERIFIED), "--acks", "-1")
            .until(text -> text.lines().filter(line -> line.contains("producer_send_success")).count() >= VERIFIED)
            .run().succeeded();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (committed("of-" + topic).values().stream().mapToLong(Long::longValue).sum() < VERIFIED) {
            Checks.expect(System.nanoTime() < deadline, "committed: %s", committed("of-" + topic));
            Thread.sleep(50);
        }
        var values = new TreeSet<Integer>();
        var lastOf = new HashMap<Integer, int[]>();
        int records = 0;
        for (Running consumer : consumers) {
            var own = consumer.stop();
            Checks.expect(!own.isEmpty(), "a consumer read nothing");
            records += own.size();
            own.forEach(record -> {
                values.add(record[0]);
                int[] before = lastOf.put(record[1], record);
                Checks.expect(before == null || (before[0] < record[0] && before[2] < record[2]),
                    "partition %d: %d at %d came late", record[1], record[0], record[2]);
            });
        }
        Checks.expectEqual(records, VERIFIED, "records read");
        Checks.expectEqual(values.size(), VERIFIED, "different records read");
    }

    /** kafka-verifiable-consumer, verbose, with commits of its own, on a thread. */
    private final class Running {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final VerifiableConsumer consumer;

        Running(String topic) {
            var properties = new Properties();
            properties.put("bootstrap.servers", target.bootstrap);
            properties.put("group.id", "of-" + topic);
            properties.put("group.protocol", "classic");
            properties.put("auto.offset.reset", "earliest");
            properties.put("enable.auto.commit", "false");
            consumer = new VerifiableConsumer(new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer()),
                new PrintStream(out, true, StandardCharsets.UTF_8), topic, -1, false, false, true);
            var thread = new Thread(consumer::run, "verifiable-consumer");
            thread.setDaemon(true);
            thread.start();
        }

        /** What it read: {value, partition, offset} each. */
        List<int[]> stop() {
            consumer.close();
            String text = out.toString(StandardCharsets.UTF_8);
            Checks.expect(!text.contains("\"success\":false"), "a commit failed:\n%s", text.lines()
                .filter(line -> line.contains("\"success\":false")).findFirst().orElse(""));
            return text.lines().filter(line -> line.contains("\"record_data\"")).map(line -> {
                var fields = new HashMap<String, Integer>();
                DATA.matcher(line).results().forEach(field -> fields.put(field.group(1), Integer.parseInt(field.group(2))));
                return new int[] {fields.get("value"), fields.get("partition"), fields.get("offset")};
            }).toList();
        }
    }
}
