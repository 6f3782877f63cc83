package muir.suites;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.network.SocketServer;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaApis;
import kafka.server.KafkaBroker;
import kafka.server.KafkaConfig;
import kafka.server.SharedServer;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.metadata.BrokerState;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.LeaderAndIsr;
import org.apache.kafka.metadata.MetadataCache;
import org.mockito.Mockito;
import org.mockito.stubbing.Answer;
import org.opentest4j.TestAbortedException;

/**
 * Objects that a test takes for brokers and controllers of its own process.  What the wire can answer (metadata,
 * configuration, ports) they ask the broker under test; any other question ends the test as skipped.
 */
final class StandIns {
    private static final List<String> COPIED_CONFIGS = List.of("offsets.", "group.", "transaction", "share.", "log.", "num.",
        "auto.", "message.", "min.insync", "default.", "unstable.");

    private StandIns() {}

    private static <T> T strict(Class<T> type) {
        Answer<Object> refuse = call -> {
            if (call.getMethod().getReturnType() == void.class && call.getMethod().getName().contains("$")) {
                return null;  // Scala's set-up of a trait.
            }
            if (call.getMethod().getName().equals("toString")) {
                return "external " + type.getSimpleName();
            }
            throw new TestAbortedException("asks an in-process " + type.getSimpleName() + "." + call.getMethod().getName());
        };
        return Mockito.mock(type, Mockito.withSettings().defaultAnswer(refuse).stubOnly());
    }

    static ControllerServer controller(Answer<String> clusterId) {
        ControllerServer server = strict(ControllerServer.class);
        Controller controller = strict(Controller.class);
        doReturn(controller).when(server).controller();
        doAnswer(call -> {
            Map<String, Uuid> ids = new HashMap<>();
            BrokerUnderTest.admin().listTopics(new ListTopicsOptions().listInternal(true)).listings().get()
                .forEach(topic -> ids.put(topic.name(), topic.topicId()));
            return CompletableFuture.completedFuture(ids);
        }).when(controller).findAllTopicIds(any());
        doAnswer(clusterId).when(server).clusterId();
        return server;
    }

    static KafkaBroker broker(Node node, Answer<String> clusterId) {
        BrokerServer broker = strict(BrokerServer.class);
        SocketServer socket = strict(SocketServer.class);
        doReturn(node.port()).when(socket).boundPort(any());
        doReturn(socket).when(broker).socketServer();
        doReturn(node.port()).when(broker).boundPort(any());
        doReturn(false).when(broker).isShutdown();
        doReturn(BrokerState.RUNNING).when(broker).brokerState();
        doAnswer(clusterId).when(broker).clusterId();
        MetadataCache cache = cache();
        doReturn(cache).when(broker).metadataCache();
        KafkaApis apis = strict(KafkaApis.class);
        doReturn(true).when(apis).isConsumerGroupProtocolEnabled();
        doReturn(cache).when(apis).metadataCache();
        doReturn(apis).when(broker).dataPlaneRequestProcessor();
        SharedServer shared = strict(SharedServer.class);
        MetadataLoader loader = strict(MetadataLoader.class);
        doReturn(Long.MAX_VALUE).when(loader).lastAppliedOffset();
        doReturn(loader).when(shared).loader();
        doReturn(shared).when(broker).sharedServer();
        GroupCoordinator groups = strict(GroupCoordinator.class);
        var compacted = new Properties();
        compacted.put("cleanup.policy", "compact");
        doReturn(compacted).when(groups).groupMetadataTopicConfigs();
        doReturn(groups).when(broker).groupCoordinator();
        doAnswer(call -> config(node)).when(broker).config();
        return broker;
    }

    private static KafkaConfig config(Node node) throws Exception {
        var properties = new Properties();
        String address = node.host() + ":" + node.port();
        properties.put("node.id", node.idString());
        properties.put("process.roles", "broker,controller");
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + node.host() + ":1");
        properties.put("advertised.listeners", "PLAINTEXT://" + address);
        properties.put("controller.quorum.bootstrap.servers", node.host() + ":1");
        var resource = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
        for (ConfigEntry entry : BrokerUnderTest.admin().describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
            boolean copied = entry.value() != null && !entry.isSensitive() && !entry.name().contains("listener")
                && !entry.name().contains("log.dir") && COPIED_CONFIGS.stream().anyMatch(entry.name()::startsWith);
            if (copied) {
                properties.putIfAbsent(entry.name(), entry.value());
            }
        }
        properties.putIfAbsent("offsets.topic.replication.factor", "1");
        return new KafkaConfig(properties, false);
    }

    private static MetadataCache cache() {
        MetadataCache cache = strict(KRaftMetadataCache.class);
        doAnswer(call -> Optional.ofNullable(BrokerUnderTest.topic(call.getArgument(0))).map(topic -> topic.partitions().size()))
            .when(cache).numPartitions(anyString());
        doAnswer(call -> leader(call.getArgument(0), call.getArgument(1))).when(cache).getLeaderAndIsr(anyString(), anyInt());
        doAnswer(call -> BrokerUnderTest.topic(call.getArgument(0)) != null).when(cache).contains(anyString());
        doAnswer(call -> {
            TopicDescription topic = BrokerUnderTest.topic(call.getArgument(0));
            return topic == null ? Uuid.ZERO_UUID : topic.topicId();
        }).when(cache).getTopicId(anyString());
        doAnswer(call -> node(call.getArgument(0)).isPresent()).when(cache).hasAliveBroker(anyInt());
        doAnswer(call -> BrokerUnderTest.nodes()).when(cache).getAliveBrokerNodes(any());
        doAnswer(call -> BrokerUnderTest.nodes()).when(cache).getBrokerNodes(any());
        doAnswer(call -> node(call.getArgument(0))).when(cache).getAliveBrokerNode(anyInt(), any());
        doAnswer(call -> new HashSet<>(BrokerUnderTest.admin().listTopics().names().get())).when(cache).getAllTopics();
        return cache;
    }

    private static Optional<Node> node(int id) {
        return BrokerUnderTest.nodes().stream().filter(node -> node.id() == id).findFirst();
    }

    private static Optional<LeaderAndIsr> leader(String name, int partition) {
        TopicDescription topic = BrokerUnderTest.topic(name);
        if (topic == null || topic.partitions().size() <= partition) {
            return Optional.empty();
        }
        TopicPartitionInfo info = topic.partitions().get(partition);
        return Optional.of(new LeaderAndIsr(info.leader() == null ? -1 : info.leader().id(), info.isr().stream().map(Node::id).toList()));
    }
}
