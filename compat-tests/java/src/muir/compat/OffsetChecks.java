package muir.compat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.ProducerRecord;

/** kafka-get-offsets, kafka-delete-records, kafka-broker-api-versions and kafka-metadata-quorum. */
final class OffsetChecks {
    private static final String GET_OFFSETS = "org.apache.kafka.tools.GetOffsetShell";
    private static final String DELETE_RECORDS = "org.apache.kafka.tools.DeleteRecordsCommand";
    private static final String API_VERSIONS = "org.apache.kafka.tools.BrokerApiVersionsCommand";
    private static final String QUORUM = "org.apache.kafka.tools.MetadataQuorumCommand";
    private static final long FIRST_TIMESTAMP = 1_700_000_000_000L;

    /** What a broker that serves producers and consumers offers, with the versions of 4.3.1. */
    private static final Map<String, String> APIS = new TreeMap<>(Map.ofEntries(
        Map.entry("Produce(0)", "0 to 13"), Map.entry("Fetch(1)", "4 to 18"), Map.entry("ListOffsets(2)", "1 to 11"),
        Map.entry("Metadata(3)", "0 to 13"), Map.entry("ApiVersions(18)", "0 to 4"),
        Map.entry("CreateTopics(19)", "2 to 7"), Map.entry("DeleteTopics(20)", "1 to 6"),
        Map.entry("DeleteRecords(21)", "0 to 2"), Map.entry("InitProducerId(22)", "0 to 5"),
        Map.entry("OffsetForLeaderEpoch(23)", "2 to 4"), Map.entry("DescribeConfigs(32)", "1 to 4"),
        Map.entry("CreatePartitions(37)", "0 to 3"), Map.entry("IncrementalAlterConfigs(44)", "0 to 1"),
        Map.entry("DescribeQuorum(55)", "0 to 2"), Map.entry("DescribeCluster(60)", "0 to 2"),
        Map.entry("DescribeTopicPartitions(75)", "0")));

    private final Target target;

    OffsetChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-get-offsets knows every time specification", this::everyTime);
        checks.add("kafka-get-offsets selects topics and partitions", this::selects);
        checks.add("kafka-delete-records moves the log start", this::deleteRecords);
        checks.add("kafka-broker-api-versions lists the APIs at the versions of 4.3.1", this::apiVersions);
        checks.add("kafka-metadata-quorum describes the quorum", this::quorum);
    }

    private List<String> offsets(String... arguments) throws Exception {
        return target.tool(GET_OFFSETS, arguments).run().succeeded().lines();
    }

    /** Ten records a partition, a second apart, but the eighth is the youngest. */
    private String tenRecords(int partitions) throws Exception {
        String topic = target.topic("timed", partitions, Map.of("message.timestamp.before.max.ms", Long.toString(Long.MAX_VALUE)));
        try (var producer = target.producer(Map.of("batch.size", "0"))) {
            for (int partition = 0; partition < partitions; partition++) {
                for (int i = 0; i < 10; i++) {
                    long timestamp = FIRST_TIMESTAMP + 1000 * (i == 7 ? 100 : i);
                    producer.send(new ProducerRecord<>(topic, partition, timestamp, null, new byte[] {(byte) i})).get();
                }
            }
        }
        return topic;
    }

    private void everyTime() throws Exception {
        String topic = tenRecords(1);
        var wanted = new TreeMap<String, String>(Map.ofEntries(
            Map.entry("-1", "10"), Map.entry("latest", "10"), Map.entry("-2", "0"), Map.entry("earliest", "0"),
            Map.entry("-3", "7"), Map.entry("max-timestamp", "7"), Map.entry("-4", "0"), Map.entry("earliest-local", "0"),
            Map.entry(Long.toString(FIRST_TIMESTAMP - 1), "0"), Map.entry(Long.toString(FIRST_TIMESTAMP), "0"),
            Map.entry(Long.toString(FIRST_TIMESTAMP + 1), "1"), Map.entry(Long.toString(FIRST_TIMESTAMP + 3000), "3"),
            Map.entry(Long.toString(FIRST_TIMESTAMP + 6500), "7"), Map.entry(Long.toString(FIRST_TIMESTAMP + 90_000), "7")));
        var seen = new TreeMap<String, String>();
        for (String time : wanted.keySet()) {
            List<String> lines = offsets("--topic", topic, "--time", time);
            Checks.expectEqual(lines.size(), 1, "lines for --time " + time);
            Checks.expect(lines.get(0).startsWith(topic + ":0:"), "unexpected: %s", lines.get(0));
            seen.put(time, lines.get(0).substring(topic.length() + 3));
        }
        Checks.expectEqual(seen, wanted, "offsets by time");
        // Nothing is that young, and nothing lies in another tier: no offset is printed.
        for (String time : List.of(Long.toString(FIRST_TIMESTAMP + 200_000), "-5", "latest-tiered")) {
            Checks.expectEqual(offsets("--topic", topic, "--time", time), List.of(), "offsets for --time " + time);
        }
        target.tool(GET_OFFSETS, "--topic", topic, "--time", "later").run().failed().prints("Malformed time argument later");
    }

    private void selects() throws Exception {
        String topic = tenRecords(4);
        Checks.expectEqual(offsets("--topic-partitions", topic + ":1-3"), List.of(topic + ":1:10", topic + ":2:10"),
            "a range of partitions");
        Checks.expectEqual(offsets("--topic", topic, "--partitions", "0,3"), List.of(topic + ":0:10", topic + ":3:10"),
            "named partitions");
        Checks.expect(offsets().containsAll(List.of(topic + ":0:10", topic + ":1:10")), "all topics");
    }

    private void deleteRecords() throws Exception {
        String topic = tenRecords(2);
        Path file = Files.createTempFile("delete-records", ".json");
        try {
            Files.writeString(file, """
                {"version": 1, "partitions": [{"topic": "%s", "partition": 0, "offset": 4},
                                              {"topic": "%s", "partition": 1, "offset": -1}]}""".formatted(topic, topic));
            var outcome = target.tool(DELETE_RECORDS, "--offset-json-file", file.toString()).run().succeeded();
            outcome.prints("partition: " + topic + "-0\tlow_watermark: 4")
                .prints("partition: " + topic + "-1\tlow_watermark: 10");
            Checks.expectEqual(new TreeSet<>(offsets("--topic", topic, "--time", "-2")),
                new TreeSet<>(List.of(topic + ":0:4", topic + ":1:10")), "earliest offsets");
            Checks.expectEqual(offsets("--topic", topic, "--partitions", "0", "--time", Long.toString(FIRST_TIMESTAMP)),
                List.of(topic + ":0:4"), "offset for a deleted time");
            var left = Reader.all(target.bootstrap, topic, 2);
            Checks.expectEqual(left.stream().map(record -> record.offset()).toList(), List.of(4L, 5L, 6L, 7L, 8L, 9L), "left");
            Files.writeString(file, """
                {"version": 1, "partitions": [{"topic": "%s", "partition": 0, "offset": 11}]}""".formatted(topic));
            target.tool(DELETE_RECORDS, "--offset-json-file", file.toString()).run()
                .prints("The requested offset is not within the range of offsets maintained by the server.");
        } finally {
            Files.delete(file);
        }
    }

    private void apiVersions() throws Exception {
        String out = target.tool(API_VERSIONS).run().succeeded().prints(target.bootstrap + " (id: 1 rack: null").out();
        var seen = new TreeMap<String, String>();
        var line = java.util.regex.Pattern.compile("^\\s*(\\w+\\(\\d+\\)): (\\d+(?: to \\d+)?) \\[usable: \\d+\\],?$",
            java.util.regex.Pattern.MULTILINE).matcher(out);
        while (line.find()) {
            if (APIS.containsKey(line.group(1))) {
                seen.put(line.group(1), line.group(2));
            }
        }
        Checks.expectEqual(seen, APIS, "versions");
    }

    private void quorum() throws Exception {
        String status = target.tool(QUORUM, "describe", "--status").run().succeeded().prints("LeaderId:               1")
            .prints("MaxFollowerLag:         0").prints("CurrentObservers:       []").out();
        String clusterId = target.admin.describeCluster().clusterId().get();
        Checks.expect(status.contains("ClusterId:              " + clusterId), "cluster id %s is not in %s", clusterId, status);
        Checks.expect(java.util.regex.Pattern.compile("CurrentVoters: +\\[\\{\"id\": 1, \"directoryId\": \"[\\w-]{22}\", "
            + "\"endpoints\": \\[\"CONTROLLER://127\\.0\\.0\\.1:\\d+\"]}]").matcher(status).find(), "voters: %s", status);
        List<String> rows = target.tool(QUORUM, "describe", "--replication").run().succeeded().lines();
        Checks.expectEqual(rows.size(), 2, "rows");
        Checks.expect(rows.get(0).matches("NodeId\\s+DirectoryId\\s+LogEndOffset\\s+Lag\\s+LastFetchTimestamp\\s+"
            + "LastCaughtUpTimestamp\\s+Status"), "head: %s", rows.get(0));
        Checks.expect(rows.get(1).matches("1\\s+[\\w-]{22}\\s+[1-9]\\d*\\s+0\\s+\\d+\\s+\\d+\\s+Leader"), "row: %s", rows.get(1));
        target.tool(QUORUM, "describe", "--replication", "--human-readable").run().succeeded().prints("ms ago");
    }
}
