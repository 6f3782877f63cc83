package muir.compat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Logs in as each of the named properties files says and does what a client does: makes a topic, produces, consumes.
 * One line a file: its name, and `ok` or the exception that ended it.
 */
public final class SecureClients {
    private static final int RECORDS = 50;
    private static final long SECONDS_MAX = 20;

    private SecureClients() {}

    public static void main(String[] files) {
        for (String file : files) {
            System.out.println(Path.of(file).getFileName() + " " + outcome(Path.of(file)));
        }
    }

    private static String outcome(Path file) {
        try {
            Properties settings = new Properties();
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                settings.load(reader);
            }
            settings.putIfAbsent("socket.connection.setup.timeout.ms", "5000");
            settings.putIfAbsent("default.api.timeout.ms", "15000");
            settings.putIfAbsent("request.timeout.ms", "10000");
            settings.putIfAbsent("max.block.ms", "15000");
            settings.putIfAbsent("delivery.timeout.ms", "15000");
            roundTrip(settings, "secure-" + file.getFileName().toString().replace('.', '-'));
            return "ok";
        } catch (ExecutionException e) {
            return e.getCause().getClass().getSimpleName() + ": " + e.getCause().getMessage();
        } catch (Exception e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return cause.getClass().getSimpleName() + ": " + cause.getMessage();
        }
    }

    private static void roundTrip(Properties settings, String topic) throws Exception {
        try (Admin admin = Admin.create(settings)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) throw e;
        }
        List<String> sent = produce(settings, topic);
        List<String> seen = consume(settings, topic, sent.size());
        if (!seen.equals(sent)) throw new IOException("consumed " + seen.size() + " of " + sent.size() + " records");
    }

    private static List<String> produce(Properties settings, String topic) throws Exception {
        List<String> sent = new ArrayList<>();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                String value = i + "-" + "x".repeat(i * 700);  // From less than one TLS record to several.
                producer.send(new ProducerRecord<>(topic, 0, "key", value));
                sent.add(value);
            }
            producer.flush();
            producer.send(new ProducerRecord<>(topic, 0, "key", "last")).get();
            sent.add("last");
        }
        return sent;
    }

    private static List<String> consume(Properties settings, String topic, int count) {
        List<String> seen = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS_MAX).toNanos();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            consumer.seek(partition, end - count);
            while (seen.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    seen.add(record.value());
                }
            }
        }
        return seen;
    }
}
