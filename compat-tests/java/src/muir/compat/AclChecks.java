package muir.compat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/** kafka-acls and the admin client's ACLs. */
final class AclChecks {
    private static final String ACLS = "org.apache.kafka.tools.AclCommand";

    private final Target target;

    AclChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-acls adds, lists and removes", this::addsListsAndRemoves);
        checks.add("kafka-acls gives producers and consumers what they need", this::conveniences);
        checks.add("kafka-acls lists what concerns a name", this::match);
        checks.add("ACLs that cannot be are refused, each for itself", this::refuses);
        checks.add("a filter removes all that it matches", this::removesByFilter);
        checks.add("a super user may do everything to the cluster", this::operations);
    }

    private Tool.Outcome acls(String... arguments) throws Exception {
        return target.tool(ACLS, arguments).run();
    }

    private void addsListsAndRemoves() throws Exception {
        acls("--add", "--allow-principal", "User:alice", "--deny-principal", "User:bob", "--operation", "Read", "--topic", "at-a",
            "--allow-host", "10.0.0.1").succeeded();
        acls("--list", "--topic", "at-a").succeeded()
            .prints("(principal=User:alice, host=10.0.0.1, operation=READ, permissionType=ALLOW)")
            .prints("(principal=User:bob, host=*, operation=READ, permissionType=DENY)");
        acls("--remove", "--force", "--allow-principal", "User:alice", "--operation", "Read", "--topic", "at-a",
            "--allow-host", "10.0.0.1").succeeded();
        var left = acls("--list", "--topic", "at-a").succeeded().prints("User:bob").out();
        Checks.expect(!left.contains("alice"), "a removed ACL is listed: %s", left);
        acls("--remove", "--force", "--topic", "at-a").succeeded();
        Checks.expect(!acls("--list").succeeded().out().contains("at-a"), "at-a has ACLs left");
    }

    private void conveniences() throws Exception {
        acls("--add", "--allow-principal", "User:p", "--producer", "--topic", "at-p", "--resource-pattern-type", "prefixed",
            "--idempotent").succeeded();
        acls("--list", "--principal", "User:p").succeeded().prints("patternType=PREFIXED").prints("operation=WRITE")
            .prints("operation=IDEMPOTENT_WRITE");
        acls("--add", "--allow-principal", "User:c", "--consumer", "--topic", "at-c", "--group", "at-g").succeeded();
        acls("--list", "--group", "at-g").succeeded().prints("(principal=User:c, host=*, operation=READ, permissionType=ALLOW)");
    }

    private void match() throws Exception {
        acls("--add", "--allow-principal", "User:m", "--operation", "All", "--topic", "at-m", "--resource-pattern-type", "prefixed")
            .succeeded();
        acls("--add", "--allow-principal", "User:w", "--operation", "Describe", "--topic", "*").succeeded();
        acls("--list", "--topic", "at-match", "--resource-pattern-type", "match").succeeded().prints("User:m").prints("User:w");
        Checks.expect(!acls("--list", "--topic", "at-match").succeeded().out().contains("User:"), "literal is not match");
        acls("--remove", "--force", "--topic", "*").succeeded();
    }

    private static AclBinding binding(ResourceType type, String name, String principal, AclOperation operation) {
        return new AclBinding(new ResourcePattern(type, name, PatternType.LITERAL),
            new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW));
    }

    private void refuses() throws Exception {
        var cluster = binding(ResourceType.CLUSTER, "some-cluster", "User:a", AclOperation.ALTER);
        var principal = binding(ResourceType.TOPIC, "at-r", "nobody", AclOperation.READ);
        var good = binding(ResourceType.TOPIC, "at-r", "User:a", AclOperation.READ);
        var results = target.admin.createAcls(List.of(cluster, principal, good)).values();
        results.get(good).get();
        for (var bad : List.of(cluster, principal)) {
            try {
                results.get(bad).get();
                Checks.expect(false, "%s was taken", bad);
            } catch (ExecutionException refusal) {
                Checks.expect(refusal.getCause() instanceof InvalidRequestException, "%s", refusal.getCause());
            }
        }
    }

    private void removesByFilter() throws Exception {
        for (var operation : List.of(AclOperation.READ, AclOperation.WRITE)) {
            target.admin.createAcls(List.of(binding(ResourceType.TRANSACTIONAL_ID, "at-x", "User:f", operation))).all().get();
        }
        var filter = new AclBindingFilter(new ResourcePatternFilter(ResourceType.ANY, "at-x", PatternType.ANY),
            new AccessControlEntryFilter("User:f", null, AclOperation.ANY, AclPermissionType.ANY));
        var removed = target.admin.deleteAcls(List.of(filter)).all().get();
        Checks.expect(removed.size() == 2, "removed %s", removed);
        Checks.expect(target.admin.describeAcls(filter).values().get().isEmpty(), "something is left");
    }

    private void operations() throws Exception {
        var may = target.admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true))
            .authorizedOperations().get();
        Checks.expect(may.containsAll(Set.of(AclOperation.ALTER, AclOperation.CLUSTER_ACTION)), "may only %s", may);
    }
}
