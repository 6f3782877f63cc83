package muir.compat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** kafka-consumer-groups --reset-offsets by every means that it has. */
final class ResetChecks {
    private static final String CONSUMER_GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
    private static final DateTimeFormatter DATE_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS");
    private static final int HOURS = 10;

    private final Target target;
    private String topic;
    private String group;
    private long now;

    ResetChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        for (String[] one : new String[][] {{"--to-earliest", "2", "0"}, {"--to-latest", "10", "10"}, {"--to-current", "5", "5"},
            {"--to-offset 7", "7", "7"}, {"--to-offset 99", "10", "10"}, {"--to-offset 1", "2", "1"},
            {"--shift-by 2", "7", "7"}, {"--shift-by -4", "2", "1"}, {"--shift-by 100", "10", "10"},
            {"--by-duration PT3H30M", "7", "7"}, {"--by-duration P30D", "2", "0"}}) {
            checks.add("kafka-consumer-groups --reset-offsets " + one[0], () -> reset(one[0], one[1], one[2]));
        }
        checks.add("kafka-consumer-groups --reset-offsets --to-datetime", this::dateTime);
        checks.add("kafka-consumer-groups --reset-offsets --from-file", this::fromFile);
        checks.add("kafka-consumer-groups --reset-offsets --dry-run changes nothing", this::dryRun);
        checks.add("kafka-consumer-groups --reset-offsets of one partition, of a new group", this::onePartition);
    }

    /** Ten records a partition, one for each of the last hours; partition 0 begins at 2; everything committed at 5. */
    private void prepare() throws Exception {
        topic = target.topic("reset", 2);
        group = "of-" + topic;
        now = System.currentTimeMillis();
        try (var producer = target.producer(Map.of())) {
            for (int i = 0; i < HOURS; i++) {
                for (int partition = 0; partition < 2; partition++) {
                    producer.send(new ProducerRecord<>(topic, partition, now - (HOURS - i) * 3_600_000L, null, new byte[] {(byte) i}));
                }
            }
        }
        target.truncate(topic, 2);
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (int partition = 0; partition < 2; partition++) {
            offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(5));
        }
        try (var consumer = Reader.consumer(target.bootstrap, Map.of("group.id", group))) {
            consumer.commitSync(offsets);
        }
    }

    private Tool.Outcome tool(String how, String... scope) throws Exception {
        var arguments = new ArrayList<>(List.of("--reset-offsets", "--group", group));
        arguments.addAll(List.of(scope));
        arguments.addAll(List.of(how.split(" ")));
        return target.tool(CONSUMER_GROUPS, arguments.toArray(String[]::new)).run().succeeded();
    }

    private Map<Integer, String> committed(String of) throws Exception {
        var seen = new TreeMap<Integer, String>();
        target.admin.listConsumerGroupOffsets(of).partitionsToOffsetAndMetadata().get()
            .forEach((place, offset) -> seen.put(place.partition(), Long.toString(offset.offset())));
        return seen;
    }

    private static List<String> rows(Tool.Outcome outcome) {
        return outcome.lines().stream().map(line -> line.replaceAll("\\s+", " ")).sorted().toList();
    }

    private void reset(String how, String first, String second) throws Exception {
        prepare();
        var outcome = tool(how + " --execute", "--topic", topic);
        Checks.expectEqual(rows(outcome), List.of("GROUP TOPIC PARTITION NEW-OFFSET", group + " " + topic + " 0 " + first,
            group + " " + topic + " 1 " + second), "rows");
        Checks.expectEqual(committed(group), Map.of(0, first, 1, second), "offsets");
    }

    private void dateTime() throws Exception {
        prepare();
        var when = Instant.ofEpochMilli(now - 4 * 3_600_000L - 1000).atOffset(ZoneOffset.UTC);
        tool("--to-datetime " + when.format(DATE_TIME) + " --execute", "--all-topics");
        Checks.expectEqual(committed(group), Map.of(0, "6", 1, "6"), "offsets at " + when);
        tool("--to-datetime " + when.plusDays(2).format(DATE_TIME) + "Z --execute", "--all-topics");
        Checks.expectEqual(committed(group), Map.of(0, "10", 1, "10"), "offsets after the last record");
    }

    private void fromFile() throws Exception {
        prepare();
        Path file = Files.createTempFile("offsets", ".csv");
        try {
            List<String> exported = tool("--to-current --export --dry-run", "--all-topics").lines();
            Checks.expectEqual(exported.stream().sorted().toList(), List.of(topic + ",0,5", topic + ",1,5"), "exported");
            Files.writeString(file, topic + ",1,8\n" + topic + ",0,5\n");
            tool("--from-file " + file + " --execute");
            Checks.expectEqual(committed(group), Map.of(0, "5", 1, "8"), "offsets");
        } finally {
            Files.delete(file);
        }
    }

    private void dryRun() throws Exception {
        prepare();
        tool("--to-earliest", "--all-topics").prints("No action will be performed as the --execute option is missing");
        tool("--to-earliest --dry-run", "--topic", topic);
        Checks.expectEqual(committed(group), Map.of(0, "5", 1, "5"), "offsets");
    }

    private void onePartition() throws Exception {
        prepare();
        tool("--to-offset 3 --execute", "--topic", topic + ":1");
        Checks.expectEqual(committed(group), Map.of(0, "5", 1, "3"), "offsets");
        group = "another-of-" + topic;
        tool("--to-offset 6 --execute", "--topic", topic + ":0");
        Checks.expectEqual(committed(group), Map.of(0, "6"), "offsets of a group that this made");
    }
}
