package muir.compat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;

/** kafka-configs on users, clients and addresses. */
final class QuotaChecks {
    private static final String CONFIGS = "kafka.admin.ConfigCommand";

    private final Target target;

    QuotaChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-configs sets, shows and removes quotas of users and clients", this::usersAndClients);
        checks.add("kafka-configs sets quotas of addresses", this::addresses);
        checks.add("quotas are found by exact name, default, and type", this::filters);
        checks.add("quotas that cannot be are refused", this::refuses);
    }

    private Tool.Outcome configs(String... arguments) throws Exception {
        return target.tool(CONFIGS, arguments).run();
    }

    private static List<String> with(List<String> some, String... more) {
        var all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all;
    }

    private Tool.Outcome configs(List<String> entity, String... arguments) throws Exception {
        return configs(with(entity, arguments).toArray(String[]::new));
    }

    private void usersAndClients() throws Exception {
        var alice = List.of("--entity-type", "users", "--entity-name", "alice");
        configs(alice, "--alter", "--add-config", "producer_byte_rate=1024,request_percentage=12.5").succeeded()
            .prints("Completed updating config for user alice.");
        configs(alice, "--describe").succeeded().prints("Quota configs for user-principal 'alice' are ")
            .prints("producer_byte_rate=1024.0").prints("request_percentage=12.5");
        var both = List.of("--entity-type", "users", "--entity-name", "alice", "--entity-type", "clients", "--entity-default");
        configs(both, "--alter", "--add-config", "consumer_byte_rate=2048").succeeded();
        configs(both, "--describe").succeeded()
            .prints("Quota configs for user-principal 'alice', the default client-id are consumer_byte_rate=2048.0");
        configs(alice, "--alter", "--delete-config", "producer_byte_rate").succeeded();
        var left = configs(alice, "--describe").succeeded().prints("request_percentage=12.5").out();
        Checks.expect(!left.contains("producer_byte_rate"), "a removed quota is shown: %s", left);
        configs(alice, "--alter", "--delete-config", "request_percentage").succeeded();
        configs(both, "--alter", "--delete-config", "consumer_byte_rate").succeeded();
        Checks.expect(!configs("--entity-type", "users", "--describe").succeeded().out().contains("alice"), "alice has a quota");
    }

    private void addresses() throws Exception {
        var address = List.of("--entity-type", "ips", "--entity-name", "10.0.0.1");
        configs(address, "--alter", "--add-config", "connection_creation_rate=7").succeeded()
            .prints("Completed updating config for ip 10.0.0.1.");
        configs(address, "--describe").succeeded().prints("Quota configs for ip '10.0.0.1' are connection_creation_rate=7.0");
        configs(address, "--alter", "--delete-config", "connection_creation_rate").succeeded();
        Checks.expect(configs(address, "--describe").succeeded().lines().isEmpty(), "10.0.0.1 has a quota");
    }

    private static ClientQuotaEntity entity(String... typesAndNames) {
        var entries = new HashMap<String, String>();
        for (int i = 0; i < typesAndNames.length; i += 2) {
            entries.put(typesAndNames[i], typesAndNames[i + 1]);
        }
        return new ClientQuotaEntity(entries);
    }

    private void alter(ClientQuotaEntity entity, String key, Double value) throws Exception {
        var change = new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op(key, value)));
        target.admin.alterClientQuotas(List.of(change)).all().get();
    }

    private Map<ClientQuotaEntity, Map<String, Double>> find(ClientQuotaFilter filter) throws Exception {
        return target.admin.describeClientQuotas(filter).entities().get();
    }

    private void filters() throws Exception {
        var bob = entity(ClientQuotaEntity.USER, "bob");
        var bobsApp = entity(ClientQuotaEntity.USER, "bob", ClientQuotaEntity.CLIENT_ID, "app");
        var anyone = entity(ClientQuotaEntity.USER, null);
        for (var entity : List.of(bob, bobsApp, anyone)) {
            alter(entity, "producer_byte_rate", 5.0);
        }
        var named = ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, "bob");
        Checks.expectEqual(find(ClientQuotaFilter.contains(List.of(named))).keySet(), java.util.Set.of(bob, bobsApp), "bob's");
        Checks.expectEqual(find(ClientQuotaFilter.containsOnly(List.of(named))).keySet(), java.util.Set.of(bob), "bob's alone");
        Checks.expectEqual(find(ClientQuotaFilter.contains(
            List.of(ClientQuotaFilterComponent.ofDefaultEntity(ClientQuotaEntity.USER)))).keySet(), java.util.Set.of(anyone),
            "of users without their own");
        Checks.expectEqual(find(ClientQuotaFilter.contains(
            List.of(ClientQuotaFilterComponent.ofEntityType(ClientQuotaEntity.CLIENT_ID)))),
            Map.of(bobsApp, Map.of("producer_byte_rate", 5.0)), "of clients");
        for (var entity : List.of(bob, bobsApp, anyone)) {
            alter(entity, "producer_byte_rate", null);
        }
        Checks.expectEqual(find(ClientQuotaFilter.all()), Collections.emptyMap(), "what is left");
    }

    private void expectRefused(ClientQuotaEntity entity, String key, double value, String message) throws Exception {
        try {
            alter(entity, key, value);
        } catch (ExecutionException e) {
            Checks.expectEqual(e.getCause().getClass(), InvalidRequestException.class, "the error for " + key);
            Checks.expectEqual(e.getCause().getMessage(), message, "its message");
            return;
        }
        throw new AssertionError(key + "=" + value + " was accepted for " + entity);
    }

    private void refuses() throws Exception {
        var carol = entity(ClientQuotaEntity.USER, "carol");
        expectRefused(carol, "producer_byte_rate", 0, "Quota producer_byte_rate must be greater than 0");
        expectRefused(carol, "producer_byte_rate", 1.5, "producer_byte_rate cannot be a fractional value.");
        expectRefused(carol, "no_such_rate", 1, "Invalid configuration key no_such_rate");
        expectRefused(carol, "connection_creation_rate", 1, "Invalid configuration key connection_creation_rate");
        expectRefused(entity("group", "g"), "producer_byte_rate", 1, "Unhandled client quota entity type: group");
        expectRefused(entity(ClientQuotaEntity.USER, ""), "producer_byte_rate", 1, "Empty user not supported");
        expectRefused(entity(ClientQuotaEntity.IP, "10.0.0.1", ClientQuotaEntity.USER, "carol"), "connection_creation_rate", 1,
            "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
        expectRefused(entity(ClientQuotaEntity.IP, "no-such-host.invalid"), "connection_creation_rate", 1,
            "no-such-host.invalid is not a valid IP or resolvable host.");
        Checks.expectEqual(find(ClientQuotaFilter.all()), Collections.emptyMap(), "quotas that were refused");
    }
}
