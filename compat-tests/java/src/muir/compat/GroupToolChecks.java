package muir.compat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/** kafka-consumer-groups and kafka-groups: they list, describe and delete groups, with members and without. */
final class GroupToolChecks {
    private static final String CONSUMER_GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
    private static final String GROUPS = "org.apache.kafka.tools.GroupsCommand";
    private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final int PARTITIONS = 3;
    private static final int EACH = 10;
    private static final long SECONDS_MAX = 20;

    private final Target target;

    GroupToolChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-consumer-groups --describe shows a group with a member", this::describeActive);
        checks.add("kafka-consumer-groups --describe shows a static member", this::describeStatic);
        checks.add("kafka-consumer-groups --describe shows a group without members", this::describeEmpty);
        checks.add("kafka-consumer-groups --describe says that a group does not exist", this::describeUnknown);
        checks.add("kafka-consumer-groups --list filters by state and type", this::list);
        checks.add("kafka-groups --list knows types and protocols", this::groups);
        checks.add("kafka-consumer-groups --delete-offsets takes topics and partitions", this::deleteOffsets);
        checks.add("kafka-consumer-groups --delete takes empty groups only", this::delete);
    }

    private Tool.Outcome tool(String... arguments) throws Exception {
        return target.tool(CONSUMER_GROUPS, arguments).run();
    }

    /** The table that a tool printed, a row each, its columns parted by one blank. */
    private static List<String> rows(Tool.Outcome outcome) {
        return outcome.succeeded().lines().stream().map(line -> line.replaceAll("\\s+", " ")).toList();
    }

    private static void expectRow(String row, String pattern) {
        Checks.expect(row.matches(pattern), "`%s` should match %s", row, pattern);
    }

    private String filledTopic() throws Exception {
        String topic = target.topic("tooled", PARTITIONS);
        try (var producer = target.producer(Map.of())) {
            for (int i = 0; i < PARTITIONS * EACH; i++) {
                producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, new byte[] {(byte) i}));
            }
        }
        return topic;
    }

    /** A group without members that has committed `offset` for every partition. */
    private String emptyGroup(String topic, long offset) {
        String group = "of-" + topic;
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset));
        }
        try (var consumer = Reader.consumer(target.bootstrap, Map.of("group.id", group))) {
            consumer.commitSync(offsets);
        }
        return group;
    }

    private void awaitAll(Member member) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (member.records().size() < PARTITIONS * EACH) {
            Checks.expect(System.nanoTime() < deadline, "only %d records came", member.records().size());
            Thread.sleep(10);
        }
    }

    private void describeActive() throws Exception {
        String topic = filledTopic();
        String group = emptyGroup(topic, 4);
        var settings = Map.of("client.id", "the-client");
        try (var member = new Member(target.bootstrap, group, topic, settings)) {
            awaitPartitions(member);
            String id = "the-client-" + UUID;
            List<String> offsets = rows(tool("--describe", "--group", group));
            expectRow(offsets.get(0), "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID");
            for (int partition = 0; partition < PARTITIONS; partition++) {
                expectRow(offsets.get(1 + partition), group + " " + topic + " " + partition + " 4 10 6 " + id + " /127.0.0.1 the-client");
            }
            List<String> verbose = rows(tool("--describe", "--group", group, "--offsets", "--verbose"));
            expectRow(verbose.get(0), "GROUP TOPIC PARTITION LEADER-EPOCH CURRENT-OFFSET .*");
            expectRow(verbose.get(1), group + " " + topic + " 0 - 4 10 6 " + id + " /127.0.0.1 the-client");
            List<String> members = rows(tool("--describe", "--group", group, "--members"));
            expectRow(members.get(0), "GROUP CONSUMER-ID HOST CLIENT-ID #PARTITIONS");
            expectRow(members.get(1), group + " " + id + " /127.0.0.1 the-client 3");
            List<String> more = rows(tool("--describe", "--group", group, "--members", "--verbose"));
            expectRow(more.get(0), "GROUP CONSUMER-ID HOST CLIENT-ID #PARTITIONS CURRENT-EPOCH CURRENT-ASSIGNMENT .*");
            expectRow(more.get(1), group + " " + id + " /127.0.0.1 the-client 3 - " + topic + ":0,1,2 - -");
            List<String> state = rows(tool("--describe", "--group", group, "--state"));
            expectRow(state.get(0), "GROUP COORDINATOR \\(ID\\) ASSIGNMENT-STRATEGY STATE #MEMBERS");
            expectRow(state.get(1), group + " 127.0.0.1:\\d+ \\(1\\) range Stable 1");
            tool("--describe", "--group", group, "--state", "--verbose").succeeded().prints("GROUP-EPOCH");
            tool("--reset-offsets", "--group", group, "--all-topics", "--to-earliest", "--execute")
                .prints("Assignments can only be reset if the group '" + group + "' is inactive, but the current state is Stable.");
        }
    }

    private void awaitPartitions(Member member) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (member.partitions().size() < PARTITIONS) {
            Checks.expect(System.nanoTime() < deadline, "only the partitions %s came", member.partitions());
            Thread.sleep(10);
        }
    }

    private void describeStatic() throws Exception {
        String topic = filledTopic();
        String group = "of-" + topic;
        try (var member = new Member(target.bootstrap, group, topic, Map.of("group.instance.id", "instance-7",
            "client.id", "the-client", "partition.assignment.strategy", "org.apache.kafka.clients.consumer.StickyAssignor"))) {
            awaitPartitions(member);
            List<String> members = rows(tool("--describe", "--group", group, "--members"));
            expectRow(members.get(0), "GROUP CONSUMER-ID GROUP-INSTANCE-ID HOST CLIENT-ID #PARTITIONS");
            expectRow(members.get(1), group + " instance-7-" + UUID + " instance-7 /127.0.0.1 the-client 3");
            expectRow(rows(tool("--describe", "--group", group, "--state")).get(1), group + " 127.0.0.1:\\d+ \\(1\\) sticky Stable 1");
        }
    }

    private void describeEmpty() throws Exception {
        String topic = filledTopic();
        String group = "of-" + topic;
        var member = new Member(target.bootstrap, group, topic, Map.of());
        awaitAll(member);
        member.close();
        var offsets = tool("--describe", "--group", group).prints("Consumer group '" + group + "' has no active members.");
        Checks.expectEqual(rows(offsets).subList(1, 4), List.of(group + " " + topic + " 0 10 10 0 - - -",
            group + " " + topic + " 1 10 10 0 - - -", group + " " + topic + " 2 10 10 0 - - -"), "rows");
        Checks.expectEqual(rows(tool("--describe", "--group", group, "--offsets", "--verbose")).get(1),
            group + " " + topic + " 0 0 10 10 0 - - -", "row with a leader epoch");
        tool("--describe", "--group", group, "--members").succeeded().prints("has no active members");
        expectRow(rows(tool("--describe", "--group", group, "--state")).get(1), group + " 127.0.0.1:\\d+ \\(1\\) - Empty 0");
        tool("--describe", "--all-groups", "--state").succeeded().prints(group);
    }

    private void describeUnknown() throws Exception {
        for (String view : List.of("--offsets", "--members", "--state")) {
            tool("--describe", "--group", "nobody", view).prints("Group nobody not found");
        }
    }

    private void list() throws Exception {
        String topic = filledTopic();
        String empty = emptyGroup(topic, 1);
        String stable = "active-" + topic;
        try (var member = new Member(target.bootstrap, stable, topic, Map.of())) {
            awaitPartitions(member);
            Checks.expect(tool("--list").succeeded().lines().containsAll(Set.of(empty, stable)), "both are not listed");
            List<String> both = rows(tool("--list", "--state", "--type"));
            Checks.expectEqual(both.get(0), "GROUP TYPE STATE", "head");
            Checks.expect(both.containsAll(Set.of(empty + " Classic Empty", stable + " Classic Stable")), "rows: %s", both);
            List<String> stables = rows(tool("--list", "--state", "stable"));
            Checks.expect(stables.contains(stable + " Stable") && !stables.contains(empty + " Empty"), "stable: %s", stables);
            List<String> empties = rows(tool("--list", "--state", "Empty,Dead"));
            Checks.expect(empties.contains(empty + " Empty") && !empties.contains(stable + " Stable"), "empty: %s", empties);
            Checks.expect(rows(tool("--list", "--type", "classic")).contains(empty + " Classic"), "no classic group");
            Checks.expectEqual(rows(tool("--list", "--type", "consumer")), List.of("GROUP TYPE"), "of the newer protocol");
        }
    }

    private void groups() throws Exception {
        String topic = filledTopic();
        String empty = emptyGroup(topic, 1);
        String stable = "active-" + topic;
        try (var member = new Member(target.bootstrap, stable, topic, Map.of())) {
            awaitPartitions(member);
            for (String[] filter : new String[][] {{}, {"--group-type", "classic"}, {"--consumer"}}) {
                var arguments = new ArrayList<>(List.of("--list"));
                arguments.addAll(List.of(filter));
                List<String> all = rows(target.tool(GROUPS, arguments.toArray(String[]::new)).run());
                Checks.expectEqual(all.get(0), "GROUP TYPE PROTOCOL", "head");
                Checks.expect(all.containsAll(Set.of(stable + " Classic consumer", empty + " Classic")), "rows: %s", all);
            }
            List<String> named = rows(target.tool(GROUPS, "--list", "--protocol", "consumer").run());
            Checks.expect(named.contains(stable + " Classic consumer") && !named.contains(empty + " Classic"), "rows: %s", named);
            Checks.expectEqual(rows(target.tool(GROUPS, "--list", "--share").run()), List.of("GROUP TYPE PROTOCOL"), "share groups");
        }
    }

    private Set<String> committed(String group) throws Exception {
        var seen = new TreeSet<String>();
        target.admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
            .forEach((place, offset) -> seen.add(place.partition() + "@" + offset.offset()));
        return seen;
    }

    private void deleteOffsets() throws Exception {
        String topic = filledTopic();
        String group = emptyGroup(topic, 3);
        tool("--delete-offsets", "--group", group, "--topic", topic + ":1").succeeded()
            .prints("Request succeeded for deleting offsets from group " + group + ".");
        Checks.expectEqual(committed(group), Set.of("0@3", "2@3"), "offsets left");
        try (var member = new Member(target.bootstrap, group, topic, Map.of())) {
            awaitPartitions(member);
            tool("--delete-offsets", "--group", group, "--topic", topic).prints("Encountered some partition-level error")
                .prints("Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.");
        }
        tool("--delete-offsets", "--group", group, "--topic", topic).succeeded().prints("Successful");
        Checks.expectEqual(committed(group), Set.of(), "offsets left");
        tool("--delete-offsets", "--group", "nobody", "--topic", topic).prints("The group id does not exist.");
    }

    private void delete() throws Exception {
        String topic = filledTopic();
        String group = emptyGroup(topic, 3);
        try (var member = new Member(target.bootstrap, group, topic, Map.of())) {
            awaitPartitions(member);
            tool("--delete", "--group", group).prints("Group '" + group + "' could not be deleted due to:")
                .prints("The group is not empty.");
        }
        Checks.expectEqual(target.admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState(),
            GroupState.EMPTY, "state");
        tool("--delete", "--group", group).succeeded()
            .prints("Deletion of requested consumer groups ('" + group + "') was successful.");
        Checks.expect(!tool("--list").succeeded().lines().contains(group), "%s is still listed", group);
        tool("--delete", "--group", group).prints("could not be deleted due to:").prints("The group id does not exist.");
    }
}
