package muir.compat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Logs in once for each file of client properties, does a round of work, and prints what came of it, a line each. */
public final class Logins {
    private static final int SECONDS_MAX = 30;
    private static final String MAX_MS = String.valueOf(SECONDS_MAX * 1000);

    private Logins() {
    }

    public static void main(String[] files) throws IOException {
        for (String file : files) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(Path.of(file))) {
                properties.load(reader);
            }
            System.out.println(Path.of(file).getFileName() + "\t" + outcome(properties, Path.of(file).getFileName().toString()));
        }
    }

    private static String outcome(Properties properties, String name) {
        try {
            work(properties, "logins-" + name.replace('@', '.'));
            return "ok";
        } catch (ExecutionException failure) {
            return describe(failure.getCause());
        } catch (KafkaException failure) {
            return describe(failure);
        } catch (Exception failure) {
            return "unexpected " + failure;
        }
    }

    private static String describe(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    private static void work(Properties properties, String topic) throws Exception {
        properties.setProperty("request.timeout.ms", "10000");
        properties.setProperty("default.api.timeout.ms", MAX_MS);
        properties.setProperty("max.block.ms", MAX_MS);
        try (Admin admin = Admin.create(properties)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(SECONDS_MAX, TimeUnit.SECONDS);
        }
        try (KafkaProducer<String, String> producer =
                 new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "hello")).get(SECONDS_MAX, TimeUnit.SECONDS);
        }
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
