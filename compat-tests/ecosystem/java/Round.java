import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Produce, consume as a group of two, commit, leave, come back; compiles against every client since 2.1.  See ../README.md. */
public final class Round {
    private static final int PARTITIONS = 4;
    private static final int EACH = 200;
    private static final int LATER = 50;
    private static final int KEYS = 20;
    private static final long SECONDS_MAX = 60;
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    private final String name;
    private final String topic;

    private Round(String name) {
        this.name = name;
        this.topic = "round-" + name + "-" + UUID.randomUUID();
    }

    public static void main(String[] arguments) throws Exception {
        new Round(arguments[0]).run();
        System.exit(0);
    }

    private static Properties settings(String... pairs) {
        var settings = new Properties();
        settings.put("bootstrap.servers", System.getenv("MUIR_BOOTSTRAP"));
        for (int i = 0; i < pairs.length; i += 2) {
            settings.put(pairs[i], pairs[i + 1]);
        }
        return settings;
    }

    private static void expect(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }

    private static Map<String, String> records(String codec, int from, int to) {
        var all = new HashMap<String, String>();  // By value: each is there once.
        for (int number = from; number < to; number++) {
            all.put(codec + ":" + number, codec + "-" + number % KEYS);
        }
        return all;
    }

    private void produce(String codec, int from, int to) throws Exception {
        var sent = new ArrayList<Future<RecordMetadata>>();
        try (var producer = new KafkaProducer<>(settings("compression.type", codec, "acks", "all", "linger.ms", "5"),
                new StringSerializer(), new StringSerializer())) {
            for (int number = from; number < to; number++) {
                sent.add(producer.send(new ProducerRecord<>(topic, codec + "-" + number % KEYS, codec + ":" + number)));
            }
        }
        for (Future<RecordMetadata> one : sent) {
            one.get();
        }
    }

    private KafkaConsumer<String, String> join() {
        var consumer = new KafkaConsumer<>(settings("group.id", "of-" + topic, "auto.offset.reset", "earliest",
            "enable.auto.commit", "false", "fetch.max.wait.ms", "100", "heartbeat.interval.ms", "200"),
            new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private static boolean shared(List<KafkaConsumer<String, String>> members) {
        var all = new HashSet<TopicPartition>();
        int total = 0;
        for (var member : members) {
            Set<TopicPartition> part = member.assignment();
            if (part.isEmpty()) {
                return false;
            }
            total += part.size();
            all.addAll(part);
        }
        return total == PARTITIONS && all.size() == PARTITIONS;
    }

    /** Until there are that many records, and the members share the partitions if there are two. */
    private static void poll(List<KafkaConsumer<String, String>> members, List<ConsumerRecord<String, String>> seen, int count) {
        long deadline = System.nanoTime() + SECONDS_MAX * 1_000_000_000L;
        while (seen.size() < count || (members.size() > 1 && !shared(members))) {
            expect(System.nanoTime() < deadline, "not within " + SECONDS_MAX + " s: " + count + " records, " + seen.size() + " came");
            for (var member : members) {
                member.poll(Duration.ofMillis(50)).forEach(seen::add);
            }
        }
    }

    /** Each record once, the values of a key in their order, all in one partition. */
    private static void expectOnce(List<ConsumerRecord<String, String>> seen, Map<String, String> wanted) {
        expect(seen.size() == wanted.size(), seen.size() + " records, not " + wanted.size());
        expect(seen.stream().collect(Collectors.toMap(ConsumerRecord::value, ConsumerRecord::key)).equals(wanted), "other records");
        var last = new HashMap<String, ConsumerRecord<String, String>>();
        for (var one : seen) {
            var before = last.put(one.key(), one);
            expect(before == null || (before.partition() == one.partition() && number(before) < number(one)),
                "out of order: " + one + " after " + before);
        }
    }

    private static int number(ConsumerRecord<String, String> record) {
        return Integer.parseInt(record.value().split(":")[1]);
    }

    private static String version() throws IOException {
        var properties = new Properties();
        try (var file = KafkaProducer.class.getResourceAsStream("/kafka/kafka-version.properties")) {
            properties.load(file);
        }
        return properties.getProperty("version");
    }

    private void run() throws Exception {
        try (var admin = AdminClient.create(settings())) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
        }
        var members = List.of(join(), join());
        var seen = new ArrayList<ConsumerRecord<String, String>>();
        poll(members, seen, 0);
        var wanted = new HashMap<String, String>();
        for (String codec : CODECS) {
            produce(codec, 0, EACH);
            wanted.putAll(records(codec, 0, EACH));
        }
        poll(members, seen, wanted.size());
        expectOnce(seen, wanted);
        for (var member : members) {
            member.commitSync();
        }
        members.forEach(KafkaConsumer::close);
        produce(CODECS.get(0), EACH, EACH + LATER);
        var again = new ArrayList<ConsumerRecord<String, String>>();
        try (var third = join()) {
            poll(List.of(third), again, LATER);
        }
        expectOnce(again, records(CODECS.get(0), EACH, EACH + LATER));
        System.out.printf("ok %s %s: %d records (%s) by two members, %d more by a third%n", name, version(),
            EACH * CODECS.size(), String.join(" ", CODECS), LATER);
    }
}
