package muir.suites;

import java.util.AbstractMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import kafka.server.ControllerServer;
import kafka.server.KafkaBroker;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.test.ClusterInstance;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.apache.kafka.common.test.api.Type;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.fault.FaultHandlerException;
import org.apache.kafka.test.TestUtils;
import org.opentest4j.TestAbortedException;

/** A test's view of the broker under test.  What one broker that stays up cannot give ends the test as skipped. */
public final class ExternalCluster implements ClusterInstance {
    private static final Set<String> THE_BROKERS_OWN = Set.of("__consumer_offsets", "__transaction_state");
    private static final long CREATION_MS_MAX = 12_000;
    private static final long DELETION_MS_MAX = 30_000;

    private final ClusterConfig config;
    private boolean started;
    private boolean stopped;
    private Map<Integer, KafkaBroker> brokers;
    private String id;

    public ExternalCluster(ClusterConfig config) {
        this.config = config;
    }

    private static TestAbortedException cannot(String what) {
        return new TestAbortedException(what);
    }

    @Override public Type type() { return Type.KRAFT; }
    @Override public ClusterConfig config() { return config; }
    @Override public ListenerName clientListener() { return config.brokerListenerName(); }
    @Override public ListenerName controllerListenerName() { return config.controllerListenerName(); }
    @Override public String bootstrapServers() { return BrokerUnderTest.BOOTSTRAP; }
    @Override public String bootstrapControllers() { throw cannot("asks for a controller listener"); }
    @Override public List<Integer> controllerBoundPorts() { throw cannot("asks for a controller listener"); }
    @Override public List<Integer> brokerBoundPorts() { return BrokerUnderTest.nodes().stream().map(Node::port).toList(); }
    @Override public Set<Integer> brokerIds() { return BrokerUnderTest.nodes().stream().map(Node::id).collect(Collectors.toSet()); }
    @Override public Optional<FaultHandlerException> firstFatalException() { return Optional.empty(); }
    @Override public Optional<FaultHandlerException> firstNonFatalException() { return Optional.empty(); }
    @Override public boolean started() { return started; }
    @Override public boolean stopped() { return stopped; }
    @Override public void stop() { stopped = true; }
    @Override public void shutdownBroker(int broker) { throw cannot("stops a broker"); }
    @Override public void startBroker(int broker) { throw cannot("starts a broker"); }
    @Override public void waitForReadyBrokers() {}
    @Override public void ensureConsistentMetadata() {}
    @Override public void ensureConsistentMetadata(Collection<KafkaBroker> brokers, Collection<ControllerServer> controllers) {}
    @Override public Set<GroupProtocol> supportedGroupProtocols() { return Set.of(GroupProtocol.CLASSIC, GroupProtocol.CONSUMER); }
    @Override public List<Authorizer> authorizers() { return List.of(); }
    @Override public Set<Integer> controllerIds() { return Set.of(BrokerUnderTest.nodes().get(0).id()); }

    @Override
    public synchronized String clusterId() {
        if (id == null) {
            id = BrokerUnderTest.answer(() -> BrokerUnderTest.admin().describeCluster().clusterId().get());
        }
        return id;
    }

    @Override
    public void start() {
        if (started) {
            return;
        }
        started = true;
        if (config.brokerSecurityProtocol() != SecurityProtocol.PLAINTEXT) {
            throw cannot("needs a listener with " + config.brokerSecurityProtocol());
        }
        if (config.metadataVersion() != MetadataVersion.latestTesting() && config.metadataVersion() != MetadataVersion.latestProduction()) {
            throw cannot("needs metadata.version " + config.metadataVersion());
        }
        if (!config.features().isEmpty()) {
            expectFeatures();
        }
        CleanSlate.wipe();
    }

    private void expectFeatures() {
        var finalized = BrokerUnderTest.answer(() -> BrokerUnderTest.admin().describeFeatures().featureMetadata().get()).finalizedFeatures();
        config.features().forEach((feature, wanted) -> {
            var levels = finalized.get(feature.featureName());
            if ((levels == null ? 0 : levels.maxVersionLevel()) != wanted) {
                throw cannot("needs " + feature.featureName() + " at level " + wanted);
            }
        });
    }

    @Override
    public synchronized Map<Integer, KafkaBroker> brokers() {
        if (brokers == null) {
            brokers = new LinkedHashMap<>();
            BrokerUnderTest.nodes().forEach(node -> brokers.put(node.id(), StandIns.broker(node, call -> clusterId())));
        }
        return new LinkedHashMap<>(brokers) {
            private static final long serialVersionUID = 1;

            @Override
            public KafkaBroker get(Object broker) {
                if (!containsKey(broker)) {
                    throw cannot("asks for a broker " + broker);
                }
                return super.get(broker);
            }
        };
    }

    @Override
    public Map<Integer, ControllerServer> controllers() {
        return new AbstractMap<>() {
            @Override
            public Set<Entry<Integer, ControllerServer>> entrySet() {
                return Set.of();
            }

            @Override
            public ControllerServer get(Object controller) {
                return StandIns.controller(call -> clusterId());
            }
        };
    }

    @Override
    public void createTopic(String topic, int partitions, short replicas, Map<String, String> configs) throws InterruptedException {
        if (THE_BROKERS_OWN.contains(topic)) {
            return;
        }
        short possible = (short) Math.min(replicas, BrokerUnderTest.nodes().size());
        var all = new HashMap<>(configs);
        if (possible < replicas) {
            all.remove("min.insync.replicas");
        }
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, possible).configs(all)));
            waitTopicCreation(topic, partitions);
        }
    }

    @Override
    public void createTopicWithAssignment(String topic, Map<Integer, List<Integer>> assignment) throws InterruptedException {
        Set<Integer> have = brokerIds();
        for (List<Integer> replicas : assignment.values()) {
            if (!have.containsAll(replicas)) {
                throw cannot("needs brokers " + replicas);
            }
        }
        ClusterInstance.super.createTopicWithAssignment(topic, assignment);
    }

    @Override
    public void waitTopicCreation(String topic, int partitions) throws InterruptedException {
        TestUtils.waitForCondition(() -> {
            TopicDescription seen = BrokerUnderTest.topic(topic);
            return seen != null && seen.partitions().size() == partitions
                && seen.partitions().stream().allMatch(one -> one.leader() != null && one.leader().id() >= 0);
        }, CREATION_MS_MAX, topic + " was not created in " + CREATION_MS_MAX + " ms");
    }

    @Override
    public void waitTopicDeletion(String topic) throws InterruptedException {
        TestUtils.waitForCondition(() -> !BrokerUnderTest.admin().listTopics().names().get().contains(topic), DELETION_MS_MAX,
            topic + " was not deleted in " + DELETION_MS_MAX + " ms");
    }

    @Override
    public void waitAcls(AclBindingFilter filter, Collection<AccessControlEntry> entries) throws InterruptedException {
        TestUtils.waitForCondition(() -> {
            Set<AccessControlEntry> have = BrokerUnderTest.admin().describeAcls(filter).values().get().stream().map(one -> one.entry())
                .collect(Collectors.toSet());
            return have.equals(new HashSet<>(entries));
        }, "ACLs not as expected: " + entries);
    }
}
