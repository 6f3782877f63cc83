package muir.compat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * As each file of client properties says, an admin client makes a topic, a producer writes to it and a consumer reads
 * what was written.  A line for each of the three: file, kind of client, and `ok` or what ended it, with tabs between.
 */
public final class Logins {
    private static final int SECONDS_MAX = 20;
    private static final String MAX_MS = String.valueOf(SECONDS_MAX * 1000);
    private static final int AT_ONCE = 4;

    private Logins() {
    }

    private interface Work {
        void run(Properties properties, String topic) throws Exception;
    }

    public static void main(String[] files) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        List<Future<String>> rows = new ArrayList<>();
        for (String file : files) {
            rows.add(threads.submit(() -> lines(Path.of(file))));
        }
        for (Future<String> row : rows) {
            System.out.print(row.get());
            System.out.flush();
        }
        threads.shutdown();
    }

    private static String lines(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        properties.setProperty("request.timeout.ms", "10000");
        properties.setProperty("default.api.timeout.ms", MAX_MS);
        properties.setProperty("max.block.ms", MAX_MS);
        properties.setProperty("delivery.timeout.ms", MAX_MS);
        String name = file.getFileName().toString();
        String topic = "java-" + name.replace('@', '.');
        return name + "\tadmin\t" + outcome(Logins::create, properties, topic) + "\n"
            + name + "\tproduce\t" + outcome(Logins::produce, properties, topic) + "\n"
            + name + "\tconsume\t" + outcome(Logins::consume, properties, topic) + "\n";
    }

    private static String outcome(Work work, Properties properties, String topic) {
        try {
            work.run(properties, topic);
            return "ok";
        } catch (Exception failure) {
            Throwable root = failure;
            while (root.getCause() != null && (root instanceof ExecutionException || root.getCause().getMessage() != null)) {
                root = root.getCause();
            }
            return (root.getClass().getSimpleName() + ": " + root.getMessage()).replaceAll("\\s+", " ");
        }
    }

    private static void create(Properties properties, String topic) throws Exception {
        try (Admin admin = Admin.create(properties)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(SECONDS_MAX, TimeUnit.SECONDS);
        }
    }

    private static void produce(Properties properties, String topic) throws Exception {
        try (KafkaProducer<String, String> producer =
                 new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "hello")).get(SECONDS_MAX, TimeUnit.SECONDS);
        }
    }

    private static void consume(Properties properties, String topic) {
        try (KafkaConsumer<String, String> consumer =
                 new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS_MAX).toNanos();
            while (consumer.poll(Duration.ofMillis(100)).isEmpty()) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("nothing was read");
                }
            }
        }
    }
}
