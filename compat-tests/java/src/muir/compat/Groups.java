package muir.compat;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Consumer groups of the classic protocol, and the offsets that they commit. */
final class Groups {
    private static final long AWAIT_SECONDS_MAX = 60;

    private Groups() {}

    /** Joins the group, commits an offset for each partition of the topic, and leaves. */
    static void commit(String bootstrap, String group, String topic, int partitions, long offset) {
        var settings = Map.of("group.id", group, "group.protocol", "classic", "enable.auto.commit", "false",
            "auto.offset.reset", "earliest");
        try (var consumer = Reader.consumer(bootstrap, settings)) {
            consumer.subscribe(List.of(topic));
            long deadline = System.nanoTime() + AWAIT_SECONDS_MAX * 1_000_000_000L;
            while (consumer.assignment().size() < partitions) {
                Checks.expect(System.nanoTime() < deadline, "%s was not assigned all of %s", group, topic);
                consumer.poll(Duration.ofMillis(50));
            }
            var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
            for (int partition = 0; partition < partitions; partition++) {
                offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset + partition, "said " + offset));
            }
            consumer.commitSync(offsets);
        }
    }

    static void delete(Target target, String group) throws Exception {
        target.admin.deleteConsumerGroups(List.of(group)).all().get();
    }

    /** A line for each group and each offset that it has committed. */
    static void dump(Target target, PrintWriter out) throws Exception {
        var groups = new TreeMap<String, GroupListing>();
        for (GroupListing listing : target.admin.listGroups().all().get()) {
            groups.put(listing.groupId(), listing);
        }
        for (var group : groups.values()) {
            out.printf("group %s %s %s%n", group.groupId(), group.type(), group.protocol());
            var offsets = target.admin.listConsumerGroupOffsets(group.groupId()).partitionsToOffsetAndMetadata().get();
            var lines = new TreeSet<String>();
            offsets.forEach((partition, committed) -> lines.add(String.format("committed %s %s %s", group.groupId(), partition, committed)));
            lines.forEach(out::println);
        }
    }
}
