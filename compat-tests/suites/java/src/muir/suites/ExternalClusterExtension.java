package muir.suites;

import java.util.Arrays;
import java.util.HashSet;
import java.util.stream.Stream;
import org.apache.kafka.common.test.junit.ClusterTestExtensions;
import org.apache.kafka.common.test.junit.RaftClusterInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/** Kafka's own provider of cluster tests; a test that asks for two kinds of quorum runs once, since there is one broker. */
public final class ExternalClusterExtension extends ClusterTestExtensions {
    private static final String ANNOTATION = "org.apache.kafka.common.test.api.Cluster";

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return Arrays.stream(context.getRequiredTestMethod().getAnnotations())
            .anyMatch(one -> one.annotationType().getName().startsWith(ANNOTATION));
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        BrokerUnderTest.admin();  // Before the check for leaked threads takes its first look.
        var seen = new HashSet<Object>();
        return super.provideTestTemplateInvocationContexts(context)
            .filter(one -> seen.add(((RaftClusterInvocationContext) one).key()));
    }
}
