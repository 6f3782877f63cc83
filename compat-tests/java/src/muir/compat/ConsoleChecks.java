package muir.compat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** kafka-console-producer, kafka-console-consumer --partition, and kafka-verifiable-producer. */
final class ConsoleChecks {
    private static final String PRODUCER = "org.apache.kafka.tools.ConsoleProducer";
    private static final String CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer";
    private static final String VERIFIABLE = "org.apache.kafka.tools.VerifiableProducer";
    private static final Pattern FIELD = Pattern.compile("\"(value|partition|offset)\":\"?(\\d+)");
    private static final int VERIFIED = 400;

    private final Target target;

    ConsoleChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-console-producer and -consumer carry keys, headers and values", this::keysHeaders);
        checks.add("kafka-console-consumer --partition starts where it is told", this::offsets);
        checks.add("kafka-console-producer writes to a topic that is created by it", this::autoCreates);
        for (String acks : List.of("-1", "1", "0")) {
            checks.add("kafka-verifiable-producer --acks " + acks, () -> verifiable(acks));
        }
    }

    private void produce(String topic, String text, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of("--topic", topic));
        all.addAll(List.of(arguments));
        target.tool(PRODUCER, all.toArray(String[]::new)).reading(text).run().succeeded();
    }

    private List<String> consume(String topic, int partition, int count, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of("--topic", topic, "--partition", Integer.toString(partition), "--max-messages",
            Integer.toString(count), "--timeout-ms", "20000", "--command-property", "fetch.max.wait.ms=50"));
        all.addAll(List.of(arguments));
        return target.tool(CONSUMER, all.toArray(String[]::new)).run().succeeded()
            .prints("Processed a total of " + count + " messages").lines();
    }

    private void keysHeaders() throws Exception {
        String topic = target.topic("console", 1);
        produce(topic, "h1:a,h2:b\tk1\tv1\nh1:c\tk2\tv2\nh3:d\tk1\tv3 with blanks\n", "--reader-property",
            "parse.key=true", "--reader-property", "parse.headers=true", "--compression-codec", "zstd");
        produce(topic, "alone\n", "--request-required-acks", "0");
        List<String> seen = consume(topic, 0, 4, "--from-beginning", "--formatter-property", "print.key=true",
            "--formatter-property", "print.headers=true", "--formatter-property", "print.offset=true",
            "--formatter-property", "print.partition=true");
        Checks.expectEqual(seen, List.of("Partition:0\tOffset:0\th1:a,h2:b\tk1\tv1", "Partition:0\tOffset:1\th1:c\tk2\tv2",
            "Partition:0\tOffset:2\th3:d\tk1\tv3 with blanks", "Partition:0\tOffset:3\tNO_HEADERS\tnull\talone"), "records");
    }

    private void offsets() throws Exception {
        String topic = target.topic("console", 2);
        produce(topic, String.join("\n", IntStream.range(0, 40).mapToObj(i -> "k\t" + i).toList()) + "\n",
            "--reader-property", "parse.key=true", "--sync", "--timeout", "0");
        int partition = Reader.all(target.bootstrap, topic, 2).get(0).partition();
        List<String> values = IntStream.range(0, 40).mapToObj(Integer::toString).toList();
        Checks.expectEqual(consume(topic, partition, 40, "--from-beginning"), values, "from the beginning");
        Checks.expectEqual(consume(topic, partition, 40, "--offset", "earliest"), values, "from the earliest");
        Checks.expectEqual(consume(topic, partition, 5, "--offset", "17"), values.subList(17, 22), "from offset 17");
        Checks.expectEqual(consume(topic, partition, 1, "--offset", "39", "--isolation-level", "read_committed"),
            values.subList(39, 40), "the last one");
    }

    private void autoCreates() throws Exception {
        produce("made-by-writing", "first\nsecond\n");
        Checks.expectEqual(consume("made-by-writing", 0, 2, "--from-beginning"), List.of("first", "second"), "values");
        Checks.expect(target.admin.listTopics().names().get().contains("made-by-writing"), "the topic is not listed");
    }

    /** Every record that was acknowledged stands where the acknowledgement says, and nothing else does. */
    private void verifiable(String acks) throws Exception {
        String topic = target.topic("verifiable", 3);
        String out = target.tool(VERIFIABLE, "--topic", topic, "--max-messages", Integer.toString(VERIFIED), "--acks", acks)
            .until(text -> text.lines().filter(line -> line.contains("producer_send_success")).count() >= VERIFIED)
            .run().succeeded().out();
        Checks.expect(!out.contains("producer_send_error"), "errors:\n%s", out);
        var acknowledged = new TreeMap<String, String>();
        out.lines().filter(line -> line.contains("producer_send_success")).forEach(line -> {
            var fields = new TreeMap<String, String>();
            FIELD.matcher(line).results().forEach(field -> fields.put(field.group(1), field.group(2)));
            acknowledged.put(fields.get("value"), fields.get("partition") + ":" + fields.get("offset"));
        });
        Checks.expectEqual(acknowledged.size(), VERIFIED, "records acknowledged");
        var stored = new TreeMap<String, String>();
        var places = new HashSet<String>();
        awaitRecords(topic).forEach(record -> {
            stored.put(new String(record.value()), record.partition() + ":" + record.offset());
            places.add(record.partition() + ":" + record.offset());
        });
        Checks.expectEqual(places.size(), VERIFIED, "records stored");
        if (acks.equals("0")) {
            Checks.expectEqual(stored.keySet(), acknowledged.keySet(), "values");  // Nobody was told an offset.
        } else {
            Checks.expectEqual(stored, acknowledged, "value to partition:offset");
        }
    }

    /** With acks=0 the last records may still be on their way when the producer is done. */
    private List<org.apache.kafka.clients.consumer.ConsumerRecord<byte[], byte[]>> awaitRecords(String topic)
            throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (true) {
            var records = Reader.all(target.bootstrap, topic, 3);
            if (records.size() >= VERIFIED || System.nanoTime() > deadline) {
                return records;
            }
            Thread.sleep(20);
        }
    }
}
