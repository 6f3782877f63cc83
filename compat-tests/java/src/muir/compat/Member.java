package muir.compat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;

/**
 * One member of a classic group on a thread of its own.  It polls until it is told to go, and commits what it has read
 * before it gives partitions up, so that the members together read every record once.
 */
final class Member implements AutoCloseable {
    private static final long SECONDS_MAX = 30;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private volatile Set<Integer> partitions = Set.of();
    private volatile boolean going;
    private volatile boolean crashing;
    private volatile Throwable failure;
    private volatile int assignments;

    Member(String bootstrap, String group, String topic, Map<String, String> settings) {
        var all = new java.util.HashMap<>(Map.of("group.id", group, "group.protocol", "classic", "auto.offset.reset",
            "earliest", "session.timeout.ms", "1500", "heartbeat.interval.ms", "150"));
        all.putAll(settings);
        consumer = Reader.consumer(bootstrap, all);
        thread = new Thread(() -> run(topic), "member-of-" + group);
        thread.setDaemon(true);
        thread.start();
    }

    /** The partitions that it reads now. */
    Set<Integer> partitions() {
        expectAlive();
        return partitions;
    }

    /** How often the group has given it partitions. */
    int assignments() {
        expectAlive();
        return assignments;
    }

    List<ConsumerRecord<byte[], byte[]>> records() {
        expectAlive();
        synchronized (records) {
            return new ArrayList<>(records);
        }
    }

    /** Goes without a word to the group, and without a commit: its session has to run out. */
    void crash() {
        crashing = true;
        end();
    }

    /** Commits, leaves the group. */
    @Override
    public void close() {
        end();
    }

    private void end() {
        going = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(SECONDS_MAX));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        Checks.expect(!thread.isAlive(), "%s did not end within %d s", thread.getName(), SECONDS_MAX);
        expectAlive();
    }

    private void expectAlive() {
        if (failure != null) {
            throw new AssertionError(thread.getName() + ": " + failure, failure);
        }
    }

    private void run(String topic) {
        try {
            consumer.subscribe(List.of(topic), new CommitsWhatItGivesUp());
            while (!going) {
                read();
            }
            if (!crashing) {
                commit();
            }
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            partitions = Set.of();
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(SECONDS_MAX)).withGroupMembershipOperation(
                crashing ? GroupMembershipOperation.REMAIN_IN_GROUP : GroupMembershipOperation.LEAVE_GROUP));
        }
    }

    private void read() {
        var polled = consumer.poll(Duration.ofMillis(100));
        synchronized (records) {
            polled.forEach(records::add);
        }
        partitions = consumer.assignment().stream().map(TopicPartition::partition).collect(Collectors.toCollection(TreeSet::new));
    }

    /** A client that has begun to join again refuses to commit until a poll has brought that to its end. */
    private void commit() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (true) {
            try {
                consumer.commitSync();
                return;
            } catch (RebalanceInProgressException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                read();
            }
        }
    }

    private final class CommitsWhatItGivesUp implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            if (!crashing) {
                consumer.commitSync();
            }
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            assignments = assignments + 1;  // By the thread of this member alone.
        }
    }
}
