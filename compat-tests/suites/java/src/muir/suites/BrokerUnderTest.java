package muir.suites;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;

/** The broker at the property muir.suites.bootstrap, and one admin client for the harness's own questions. */
final class BrokerUnderTest {
    static final String BOOTSTRAP = System.getProperty("muir.suites.bootstrap");
    private static final Set<String> INTERNAL_TOPICS = Set.of("__consumer_offsets", "__transaction_state");
    private static final Duration INTERNAL_TOPICS_PATIENCE = Duration.ofSeconds(15);
    private static Admin admin;

    private BrokerUnderTest() {}

    static synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of("bootstrap.servers", BOOTSTRAP, "client.id", "suites-harness",
                "default.api.timeout.ms", "20000", "request.timeout.ms", "15000"));
            layOutInternalTopics(admin);
        }
        return admin;
    }

    /** A first look for each coordinator makes the broker create its topic; one that it does not have stays away. */
    private static void layOutInternalTopics(Admin admin) {
        long deadline = System.nanoTime() + INTERNAL_TOPICS_PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            quietly(() -> admin.describeClassicGroups(List.of("suites-none")).all().get(5, TimeUnit.SECONDS));
            quietly(() -> admin.describeTransactions(List.of("suites-none")).all().get(5, TimeUnit.SECONDS));
            Set<String> topics = answer(() -> admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get());
            if (topics.containsAll(INTERNAL_TOPICS)) {
                return;
            }
            quietly(() -> {
                Thread.sleep(250);
                return null;
            });
        }
    }

    static List<Node> nodes() {
        return answer(() -> new ArrayList<>(admin().describeCluster().nodes().get()));
    }

    /** null where there is no such topic. */
    static TopicDescription topic(String name) {
        try {
            return admin().describeTopics(List.of(name)).allTopicNames().get().get(name);
        } catch (Exception e) {
            return null;
        }
    }

    static <T> T answer(Callable<T> question) {
        try {
            return question.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** For what a broker may refuse. */
    static void quietly(Callable<?> attempt) {
        try {
            attempt.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // Refused.
        }
    }
}
