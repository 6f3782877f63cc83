package muir.compat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** kafka-producer-perf-test with every codec and every acks, and what it left in the log. */
final class PerformanceChecks {
    private static final String PERFORMANCE = "org.apache.kafka.tools.ProducerPerformance";
    private static final String DUMP = "org.apache.kafka.tools.DumpLogSegments";
    private static final Pattern CODEC = Pattern.compile("compresscodec: (\\w+)");
    private static final int RECORDS = 2000;

    private final Target target;

    PerformanceChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            for (String acks : List.of("0", "1", "all")) {
                checks.add("kafka-producer-perf-test " + codec + " acks=" + acks, () -> run(codec, acks));
            }
        }
    }

    private void run(String codec, String acks) throws Exception {
        String topic = target.topic("perf", 1);
        Tool.of(PERFORMANCE, "--topic", topic, "--num-records", Integer.toString(RECORDS), "--record-size", "300",
            "--throughput", "-1", "--command-property", "bootstrap.servers=" + target.bootstrap,
            "compression.type=" + codec, "acks=" + acks).run().succeeded().prints(RECORDS + " records sent");
        awaitEnd(new TopicPartition(topic, 0));
        var records = Reader.all(target.bootstrap, topic, 1);
        Checks.expectEqual(records.size(), RECORDS, "records");
        for (int i = 0; i < RECORDS; i++) {
            Checks.expectEqual(records.get(i).offset(), (long) i, "offset");
            Checks.expectEqual(records.get(i).value().length, 300, "bytes of a value");
        }
        Checks.expectEqual(codecs(topic), List.of(codec), "codecs in the log");
    }

    private void awaitEnd(TopicPartition partition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (target.admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition).get().offset()
            < RECORDS && System.nanoTime() < deadline) {
            Thread.sleep(10);  // With acks=0 the last ones may be on their way.
        }
    }

    private List<String> codecs(String topic) throws Exception {
        try (var files = Files.list(target.data.resolve(topic + "-0"))) {
            String segments = String.join(",", files.map(Path::toString).filter(name -> name.endsWith(".log")).toList());
            String out = Tool.of(DUMP, "--deep-iteration", "--files", segments).run().succeeded().out();
            return CODEC.matcher(out).results().map(one -> one.group(1)).distinct().sorted().toList();
        }
    }
}
