package muir.compat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.ClassicGroupDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ClassicGroupState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** Classic groups of Java consumers: members come, go and crash while records are produced. */
final class GroupChecks {
    private static final int PARTITIONS = 10;
    private static final long SECONDS_MAX = 30;
    private static final Map<String, String> ASSIGNORS = Map.of("range", "RangeAssignor", "sticky", "StickyAssignor",
        "cooperative-sticky", "CooperativeStickyAssignor");

    private final Target target;

    GroupChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        for (String assignor : new TreeSet<>(ASSIGNORS.keySet())) {
            for (int members : new int[] {2, 5}) {
                checks.add(members + " members come, go and crash, " + assignor, () -> comeGoCrash(assignor, members));
            }
        }
        checks.add("a static member comes back without a rebalance", this::staticMember);
    }

    private void comeGoCrash(String assignor, int count) throws Exception {
        String topic = target.topic("group", PARTITIONS);
        String group = "of-" + topic;
        var members = new ArrayList<Member>();
        var gone = new ArrayList<Member>();
        Member crashed;
        List<Integer> sent;
        try (var feeder = new Feeder(topic)) {
            members.add(member(group, topic, assignor));
            awaitBalance(group, assignor, members);
            while (members.size() < count) {
                members.add(member(group, topic, assignor));
            }
            awaitBalance(group, assignor, members);
            gone.add(members.remove(0));
            gone.get(0).close();
            awaitBalance(group, assignor, members);
            members.add(member(group, topic, assignor));
            awaitBalance(group, assignor, members);
            crashed = members.remove(0);
            crashed.crash();
            gone.add(crashed);
            awaitBalance(group, assignor, members);
            sent = feeder.finish();
        }
        gone.addAll(members);
        awaitRecords(gone, sent);
        for (Member member : members) {
            member.close();
        }
        onceEach(gone, crashed, sent);
    }

    private Member member(String group, String topic, String assignor) {
        return new Member(target.bootstrap, group, topic, Map.of("partition.assignment.strategy",
            "org.apache.kafka.clients.consumer." + ASSIGNORS.get(assignor)));
    }

    /** Until the coordinator calls the group stable and the members share the partitions evenly. */
    private void awaitBalance(String group, String assignor, List<Member> members) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (true) {
            ClassicGroupDescription now = describe(group);
            boolean stable = now != null && now.state() == ClassicGroupState.STABLE && now.members().size() == members.size();
            if (stable && even(members)) {
                Checks.expectEqual(now.protocol(), "consumer", "protocol type");
                Checks.expectEqual(now.protocolData(), assignor, "protocol");
                return;
            }
            Checks.expect(System.nanoTime() < deadline, "no balance of %d members: %s, partitions %s", members.size(), now,
                members.stream().map(Member::partitions).toList());
            Thread.sleep(20);
        }
    }

    /** null while there is no such group. */
    private ClassicGroupDescription describe(String group) throws Exception {
        try {
            return target.admin.describeClassicGroups(List.of(group)).all().get().get(group);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return null;
            }
            throw e;
        }
    }

    private static boolean even(List<Member> members) {
        var all = new HashSet<Integer>();
        int total = 0;
        for (Member member : members) {
            Set<Integer> own = member.partitions();
            if (own.size() < PARTITIONS / members.size() || own.size() > (PARTITIONS - 1) / members.size() + 1) {
                return false;
            }
            all.addAll(own);
            total += own.size();
        }
        return total == PARTITIONS && all.size() == PARTITIONS;
    }

    private static void awaitRecords(List<Member> members, List<Integer> sent) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        var missing = new HashSet<>(sent);
        while (!missing.isEmpty()) {
            for (Member member : members) {
                member.records().forEach(record -> missing.remove(number(record)));
            }
            Checks.expect(System.nanoTime() < deadline, "%d of %d records never came: %s", missing.size(), sent.size(), missing);
            Thread.sleep(20);
        }
    }

    private static int number(ConsumerRecord<byte[], byte[]> record) {
        return Integer.parseInt(new String(record.value()));
    }

    /** Only what the crashed member had read without a commit may have been read twice; each member reads in order. */
    private static void onceEach(List<Member> members, Member crashed, List<Integer> sent) {
        var times = new HashMap<Integer, Integer>();
        for (Member member : members) {
            var last = new HashMap<Integer, Long>();
            for (var record : member.records()) {
                times.merge(number(record), 1, Integer::sum);
                Long before = last.put(record.partition(), record.offset());
                Checks.expect(before == null || before < record.offset(), "%s came after offset %s", record, before);
            }
        }
        var ofCrashed = new HashSet<>(crashed.records().stream().map(GroupChecks::number).toList());
        times.forEach((number, count) -> Checks.expect(count == 1 || (count == 2 && ofCrashed.contains(number)),
            "record %d was read %d times", number, count));
        Checks.expectEqual(times.keySet(), new HashSet<>(sent), "records read");
    }

    private void staticMember() throws Exception {
        String topic = target.topic("static", PARTITIONS);
        String group = "of-" + topic;
        Map<String, String> named = Map.of("group.instance.id", "the-first", "session.timeout.ms", "20000");
        var other = new Member(target.bootstrap, group, topic, Map.of("group.instance.id", "the-second"));
        var first = new Member(target.bootstrap, group, topic, named);
        awaitBalance(group, "range", List.of(first, other));
        Set<Integer> before = first.partitions();
        int assignments = other.assignments();
        first.crash();
        var again = new Member(target.bootstrap, group, topic, named);
        awaitBalance(group, "range", List.of(again, other));
        Checks.expectEqual(again.partitions(), before, "partitions of the member that came back");
        Checks.expectEqual(other.assignments(), assignments, "assignments of the other member");
        again.close();
        other.close();
    }

    /** Sends numbered records to every partition, some thousand a second, until it is told to finish. */
    private final class Feeder implements AutoCloseable {
        private static final long PAUSE_NANOS = 2_000_000;
        private final KafkaProducer<byte[], byte[]> producer = target.producer(Map.of("linger.ms", "5"));
        private final List<Integer> sent = new ArrayList<>();
        private final Thread thread;
        private volatile boolean finishing;

        Feeder(String topic) {
            thread = new Thread(() -> run(topic), "feeder");
            thread.setDaemon(true);
            thread.start();
        }

        private void run(String topic) {
            while (!finishing) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    byte[] value = Integer.toString(sent.size()).getBytes();
                    producer.send(new ProducerRecord<>(topic, partition, null, value), (place, e) -> {
                        if (e != null) {
                            finishing = true;
                        }
                    });
                    sent.add(sent.size());
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        List<Integer> finish() throws InterruptedException {
            Checks.expect(!finishing, "a record was refused");
            finishing = true;
            thread.join();
            producer.flush();
            return sent;
        }

        @Override
        public void close() {
            finishing = true;
            producer.close();
        }
    }
}
