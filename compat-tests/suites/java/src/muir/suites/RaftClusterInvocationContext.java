// In the package of the class that it stands before, though not in its folder.
package org.apache.kafka.common.test.junit;

import java.util.List;
import java.util.TreeMap;
import muir.suites.ExternalCluster;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/** Stands before the class of this name in Kafka's test runtime, and gives the test an ExternalCluster. */
public class RaftClusterInvocationContext implements TestTemplateInvocationContext {
    private final String name;
    private final ClusterConfig config;

    public RaftClusterInvocationContext(String name, ClusterConfig config, boolean combined) {
        this.name = name;
        this.config = config;
    }

    /** Equal for two invocations that differ in nothing but the kind of quorum. */
    public Object key() {
        return List.of(new TreeMap<>(config.serverProperties()), config.tags(), config.features(), config.metadataVersion(),
            config.numBrokers(), config.numControllers(), config.brokerSecurityProtocol(), config.isAutoStart(),
            config.perServerOverrideProperties());
    }

    @Override
    public String getDisplayName(int index) {
        return name + " [" + index + "]";
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
        var cluster = new ExternalCluster(config);
        BeforeEachCallback start = context -> {
            if (config.isAutoStart()) {
                cluster.start();
            }
        };
        AfterTestExecutionCallback stop = context -> cluster.stop();
        return List.of(start, stop, new ClusterInstanceParameterResolver(cluster));
    }
}
