package muir.suites;

import static muir.suites.BrokerUnderTest.admin;
import static muir.suites.BrokerUnderTest.nodes;
import static muir.suites.BrokerUnderTest.quietly;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/** Brings the broker back to an empty cluster before a test, as far as it lets us. */
final class CleanSlate {
    private static final int SECONDS = 10;
    private static final int DELETION_POLLS_MAX = 100;
    private static final List<String> KEPT = List.of("__consumer_offsets", "__transaction_state", "__share_group_state");

    private CleanSlate() {}

    static void wipe() {
        quietly(() -> Groups.deleteAll());
        quietly(() -> deleteTopics());
        quietly(() -> admin().deleteAcls(List.of(AclBindingFilter.ANY)).all().get(SECONDS, TimeUnit.SECONDS));
        quietly(() -> removeQuotas());
        quietly(() -> {
            var brokers = new ArrayList<>(List.of(new ConfigResource(ConfigResource.Type.BROKER, "")));
            nodes().forEach(node -> brokers.add(new ConfigResource(ConfigResource.Type.BROKER, node.idString())));
            return removeConfigs(brokers);
        });
    }

    private static Object deleteTopics() throws Exception {
        Set<String> names = new HashSet<>(admin().listTopics().names().get(20, TimeUnit.SECONDS));
        names.removeIf(name -> KEPT.stream().anyMatch(name::startsWith));
        if (names.isEmpty()) {
            return null;
        }
        try {
            admin().deleteTopics(names).all().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            // Some may be gone already.
        }
        for (int i = 0; i < DELETION_POLLS_MAX; i++) {
            Set<String> left = new HashSet<>(admin().listTopics().names().get(20, TimeUnit.SECONDS));
            left.retainAll(names);
            if (left.isEmpty()) {
                break;
            }
            Thread.sleep(50);
        }
        return null;
    }

    private static Object removeQuotas() throws Exception {
        var alterations = new ArrayList<ClientQuotaAlteration>();
        admin().describeClientQuotas(ClientQuotaFilter.all()).entities().get(SECONDS, TimeUnit.SECONDS)
            .forEach((entity, quotas) -> alterations.add(new ClientQuotaAlteration(entity,
                quotas.keySet().stream().map(key -> new ClientQuotaAlteration.Op(key, null)).toList())));
        return alterations.isEmpty() ? null : admin().alterClientQuotas(alterations).all().get(SECONDS, TimeUnit.SECONDS);
    }

    /** Deletes what was set while the broker ran, for these resources themselves. */
    static Object removeConfigs(List<ConfigResource> resources) throws Exception {
        var changes = new HashMap<ConfigResource, Collection<AlterConfigOp>>();
        Map<ConfigResource, Config> all = admin().describeConfigs(resources).all().get(SECONDS, TimeUnit.SECONDS);
        all.forEach((resource, config) -> {
            Stream<ConfigEntry> own = config.entries().stream().filter(entry -> entry.source() == sourceOf(resource));
            List<AlterConfigOp> removals = own.map(entry -> new AlterConfigOp(new ConfigEntry(entry.name(), null),
                AlterConfigOp.OpType.DELETE)).toList();
            if (!removals.isEmpty()) {
                changes.put(resource, removals);
            }
        });
        return changes.isEmpty() ? null : admin().incrementalAlterConfigs(changes).all().get(SECONDS, TimeUnit.SECONDS);
    }

    private static ConfigSource sourceOf(ConfigResource resource) {
        if (resource.type() == ConfigResource.Type.GROUP) {
            return ConfigSource.DYNAMIC_GROUP_CONFIG;
        }
        return resource.name().isEmpty() ? ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG : ConfigSource.DYNAMIC_BROKER_CONFIG;
    }
}
