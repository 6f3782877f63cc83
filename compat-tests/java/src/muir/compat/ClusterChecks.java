package muir.compat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;

/** kafka-log-dirs, kafka-features, kafka-client-metrics, kafka-leader-election, and kafka-configs on groups. */
final class ClusterChecks {
    private static final String LOG_DIRS = "org.apache.kafka.tools.LogDirsCommand";
    private static final String FEATURES = "org.apache.kafka.tools.FeatureCommand";
    private static final String CLIENT_METRICS = "org.apache.kafka.tools.ClientMetricsCommand";
    private static final String ELECTION = "org.apache.kafka.tools.LeaderElectionCommand";
    private static final String TRANSACTIONS = "org.apache.kafka.tools.TransactionsCommand";
    private static final String CONFIGS = "kafka.admin.ConfigCommand";

    private final Target target;

    ClusterChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-log-dirs shows what lies where", this::logDirs);
        checks.add("sizes of logs and room are those of the disk", this::logSizes);
        checks.add("kafka-features describes every feature", this::features);
        checks.add("kafka-features downgrades and upgrades", this::changeFeatures);
        checks.add("kafka-features refuses levels that there are not", this::badFeatures);
        checks.add("kafka-client-metrics alters, lists, describes and deletes", this::clientMetrics);
        checks.add("kafka-configs sets and checks settings of groups", this::groups);
        checks.add("what can be configured is listed", this::configResources);
        checks.add("kafka-leader-election finds the preferred leader in office", this::election);
        checks.add("kafka-transactions describes the producers of a partition", this::producers);
    }

    private Tool.Outcome tool(String mainClass, String... arguments) throws Exception {
        return target.tool(mainClass, arguments).run();
    }

    private void write(String topic, int partition, int records) throws Exception {
        try (var producer = target.producer(Map.of("enable.idempotence", "true"))) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, partition, null, new byte[100])).get();
            }
        }
    }

    private void logDirs() throws Exception {
        String topic = target.topic("located", 2);
        write(topic, 1, 3);
        var lines = tool(LOG_DIRS, "--describe", "--topic-list", topic).succeeded()
            .prints("Received log directory information from brokers 1").lines();
        String json = lines.get(lines.size() - 1);
        Checks.expect(json.startsWith("{\"brokers\":[{\"broker\":1,\"logDirs\":[{"), "unexpected: %s", json);
        Checks.expect(json.contains("\"logDir\":\"" + target.data.toAbsolutePath() + "\""), "no directory in %s", json);
        Checks.expect(json.contains("\"error\":null"), "an error in %s", json);
        Checks.expect(json.matches(".*\"partition\":\"" + topic + "-0\",\"size\":0,\"offsetLag\":0,\"isFuture\":false.*"),
            "the empty partition in %s", json);
        Checks.expect(json.matches(".*\"partition\":\"" + topic + "-1\",\"size\":[1-9][0-9]+,.*"), "the other one in %s", json);
        Checks.expect(!json.contains("__cluster_metadata"), "the metadata log is shown in %s", json);
        tool(LOG_DIRS, "--describe", "--broker-list", "1,7").failed()
            .prints("The given brokers do not exist from --broker-list: 7. Current existent brokers: 1");
    }

    private void logSizes() throws Exception {
        String topic = target.topic("sized", 1);
        write(topic, 0, 5);
        var dirs = target.admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
        Checks.expectEqual(dirs.keySet(), Set.of(target.data.toAbsolutePath().toString()), "log directories");
        var dir = dirs.values().iterator().next();
        var store = Files.getFileStore(target.data);
        Checks.expectEqual(dir.error(), null, "error of the directory");
        Checks.expectEqual(dir.totalBytes().getAsLong(), store.getTotalSpace(), "total bytes");
        Checks.expect(dir.usableBytes().getAsLong() > 0 && dir.usableBytes().getAsLong() <= dir.totalBytes().getAsLong(),
            "usable bytes: %s", dir.usableBytes());
        var replica = dir.replicaInfos().get(new org.apache.kafka.common.TopicPartition(topic, 0));
        Checks.expectEqual(replica.size(), Files.size(target.data.resolve(topic + "-0/00000000000000000000.log")), "size of the log");
    }

    private static final List<String> ALL_FEATURES = List.of("eligible.leader.replicas.version", "group.version",
        "kraft.version", "metadata.version", "share.version", "streams.version", "transaction.version");

    private void features() throws Exception {
        var lines = tool(FEATURES, "describe").succeeded().lines();
        Checks.expectEqual(lines.stream().map(line -> line.split("\\s+")[1]).toList(), ALL_FEATURES, "features");
        var metadata = lines.stream().filter(line -> line.contains("metadata.version")).findFirst().orElseThrow();
        Checks.expect(metadata.matches("Feature: metadata.version\\s+SupportedMinVersion: 3.3-IV3\\s+"
            + "SupportedMaxVersion: 4.3-IV0\\s+FinalizedVersionLevel: 4.3-IV0\\s+Epoch: \\d+"), "unexpected: %s", metadata);
    }

    private String level(String feature) throws Exception {
        String line = tool(FEATURES, "describe").succeeded().lines().stream().filter(l -> l.contains(" " + feature + " "))
            .findFirst().orElseThrow();
        return line.replaceAll(".*FinalizedVersionLevel: (\\S+).*", "$1");
    }

    private void changeFeatures() throws Exception {
        String before = level("streams.version");
        Checks.expectEqual(before, "1", "streams.version at the start");
        tool(FEATURES, "downgrade", "--feature", "streams.version=0", "--dry-run").succeeded()
            .prints("streams.version can be downgraded to 0.");
        Checks.expectEqual(level("streams.version"), "1", "streams.version after a dry run");
        tool(FEATURES, "downgrade", "--feature", "streams.version=0").succeeded()
            .prints("streams.version was downgraded to 0.");
        awaitLevel("streams.version", "0");
        tool(FEATURES, "upgrade", "--feature", "streams.version=1").succeeded()
            .prints("streams.version was upgraded to 1.");
        awaitLevel("streams.version", "1");
    }

    private void awaitLevel(String feature, String wanted) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!level(feature).equals(wanted)) {
            Checks.expect(System.nanoTime() < deadline, "%s is not %s", feature, wanted);
            Thread.sleep(20);
        }
    }

    private void badFeatures() throws Exception {
        tool(FEATURES, "upgrade", "--feature", "streams.version=9").failed()
            .prints("Could not upgrade streams.version to 9. The update failed for all features since the following feature had "
                + "an error: Invalid update version 9 for feature streams.version. Local controller 1 only supports versions 0-1");
        tool(FEATURES, "downgrade", "--feature", "metadata.version=7").failed().prints("Could not downgrade metadata.version to 7.");
        tool(FEATURES, "upgrade", "--feature", "no.such.feature=1").failed()
            .prints("Could not upgrade no.such.feature to 1.").prints("Local controller 1 does not support this feature.");
        tool(FEATURES, "disable", "--feature", "kraft.version").failed().prints("Could not disable kraft.version.");
    }

    private void clientMetrics() throws Exception {
        tool(CLIENT_METRICS, "--alter", "--name", "watch", "--metrics", "org.apache.kafka.producer.", "--interval", "5000",
            "--match", "client_id=app.*").succeeded().prints("Altered client metrics config for watch.");
        Checks.expect(tool(CLIENT_METRICS, "--list").succeeded().lines().contains("watch"), "watch is not listed");
        tool(CLIENT_METRICS, "--describe", "--name", "watch").succeeded().prints("Client metrics configs for watch are:")
            .prints("interval.ms=5000").prints("metrics=org.apache.kafka.producer.").prints("match=client_id=app.*");
        tool(CLIENT_METRICS, "--alter", "--name", "watch", "--interval", "50").failed()
            .prints("Invalid value 50 for interval.ms, interval must be between 100 and 3600000 (1 hour)");
        tool(CLIENT_METRICS, "--alter", "--name", "watch", "--match", "nonsense").failed()
            .prints("Illegal client matching pattern: nonsense");
        tool(CLIENT_METRICS, "--describe", "--name", "watch").succeeded().prints("interval.ms=5000");
        tool(CLIENT_METRICS, "--delete", "--name", "watch").succeeded().prints("Deleted client metrics config for watch.");
        Checks.expect(!tool(CLIENT_METRICS, "--list").succeeded().lines().contains("watch"), "watch is still listed");
    }

    private Tool.Outcome group(String name, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of("--entity-type", "groups", "--entity-name", name));
        all.addAll(List.of(arguments));
        return tool(CONFIGS, all.toArray(String[]::new));
    }

    private void groups() throws Exception {
        group("crew", "--alter", "--add-config", "consumer.session.timeout.ms=50000,share.record.lock.duration.ms=20000")
            .succeeded().prints("Completed updating config for group crew.");
        group("crew", "--describe", "--all").succeeded()
            .prints("consumer.session.timeout.ms=50000 sensitive=false synonyms={DYNAMIC_GROUP_CONFIG:consumer.session.timeout.ms"
                + "=50000, DEFAULT_CONFIG:group.consumer.session.timeout.ms=45000}")
            .prints("share.record.lock.duration.ms=20000 sensitive=false")
            .prints("consumer.heartbeat.interval.ms=5000 sensitive=false synonyms="
                + "{DEFAULT_CONFIG:group.consumer.heartbeat.interval.ms=5000}");
        group("crew", "--alter", "--add-config", "consumer.session.timeout.ms=1").failed()
            .prints("consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms");
        group("crew", "--alter", "--add-config", "streams.num.standby.replicas=9").failed()
            .prints("streams.num.standby.replicas must be less than or equal to group.streams.max.standby.replicas");
        group("crew", "--alter", "--add-config", "no.such.key=1").failed().prints("Unknown group config name: no.such.key");
        group("crew", "--alter", "--delete-config", "consumer.session.timeout.ms,share.record.lock.duration.ms").succeeded();
        group("crew", "--describe", "--all").succeeded().prints("consumer.session.timeout.ms=45000");
    }

    private Set<String> listed(ConfigResource.Type... types) throws Exception {
        return target.admin.listConfigResources(Set.of(types), new ListConfigResourcesOptions()).all().get().stream()
            .map(resource -> resource.type() + ":" + resource.name()).collect(Collectors.toSet());
    }

    private void configResources() throws Exception {
        String topic = target.topic("listed", 1);
        group("listed", "--alter", "--add-config", "consumer.session.timeout.ms=50000").succeeded();
        tool(CLIENT_METRICS, "--alter", "--name", "listed", "--interval", "5000").succeeded();
        var all = listed();
        for (String one : List.of("TOPIC:" + topic, "BROKER:1", "BROKER_LOGGER:1", "GROUP:listed", "CLIENT_METRICS:listed")) {
            Checks.expect(all.contains(one), "%s is not among %s", one, all);
        }
        Checks.expectEqual(listed(ConfigResource.Type.GROUP, ConfigResource.Type.BROKER), Set.of("GROUP:listed", "BROKER:1"),
            "groups and brokers");
        group("listed", "--alter", "--delete-config", "consumer.session.timeout.ms").succeeded();
        tool(CLIENT_METRICS, "--delete", "--name", "listed").succeeded();
        Checks.expectEqual(listed(ConfigResource.Type.GROUP, ConfigResource.Type.CLIENT_METRICS), Set.of(), "what is left");
    }

    private void election() throws Exception {
        String topic = target.topic("elected", 1);
        tool(ELECTION, "--election-type", "preferred", "--topic", topic, "--partition", "0").succeeded()
            .prints("Valid replica already elected for partitions " + topic + "-0");
        tool(ELECTION, "--election-type", "unclean", "--topic", topic, "--partition", "0").succeeded()
            .prints("Valid replica already elected for partitions " + topic + "-0");
        tool(ELECTION, "--election-type", "preferred", "--topic", "nowhere", "--partition", "0").failed()
            .prints("1 replica(s) could not be elected");
        tool(ELECTION, "--election-type", "preferred", "--all-topic-partitions").succeeded();
    }

    private void producers() throws Exception {
        String topic = target.topic("produced", 1);
        write(topic, 0, 4);
        var lines = tool(TRANSACTIONS, "describe-producers", "--topic", topic, "--partition", "0").succeeded().lines();
        Checks.expect(lines.get(0).startsWith("ProducerId"), "unexpected: %s", lines);
        Checks.expectEqual(lines.size(), 2, "lines about one producer");
        Checks.expect(lines.get(1).matches("\\d+\\s+0\\s+-1\\s+3\\s+\\d{13}\\s+None"), "unexpected: %s", lines.get(1));
    }
}
