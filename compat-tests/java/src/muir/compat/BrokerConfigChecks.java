package muir.compat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** kafka-configs on brokers and their loggers. */
final class BrokerConfigChecks {
    private static final String CONFIGS = "kafka.admin.ConfigCommand";
    private static final long AWAIT_SECONDS_MAX = 20;

    private final Target target;

    BrokerConfigChecks(Target target) {
        this.target = target;
    }

    void addTo(Checks checks) {
        checks.add("kafka-configs sets defaults of all brokers over the file, and one broker's over those", this::layers);
        checks.add("kafka-configs changes what a running broker accepts", this::effect);
        checks.add("kafka-configs refuses settings that a running broker cannot take", this::refuses);
        checks.add("kafka-configs appends to a list of a broker", this::lists);
        checks.add("kafka-configs keeps keys of a broker that nobody knows", this::unknownKeys);
        checks.add("kafka-configs shows and changes levels of loggers", this::loggers);
        checks.add("kafka-configs refuses loggers and levels that there are not", this::badLoggers);
        checks.add("a logger's level takes effect", this::loggerEffect);
    }

    private Tool.Outcome configs(String type, List<String> entity, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of("--entity-type", type));
        all.addAll(entity);
        all.addAll(List.of(arguments));
        return target.tool(CONFIGS, all.toArray(String[]::new)).run();
    }

    private Tool.Outcome everyBroker(String... arguments) throws Exception {
        return configs("brokers", List.of("--entity-default"), arguments);
    }

    private Tool.Outcome thisBroker(String... arguments) throws Exception {
        return configs("brokers", List.of("--entity-name", "1"), arguments);
    }

    /** A change is stored when the tool returns; the broker hears of it a moment later. */
    private void await(String what, java.util.concurrent.Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + AWAIT_SECONDS_MAX * 1_000_000_000L;
        while (!condition.call()) {
            Checks.expect(System.nanoTime() < deadline, "it is not so: %s", what);
            Thread.sleep(20);
        }
    }

    private void layers() throws Exception {
        String topic = target.topic("layered", 1);
        everyBroker("--alter", "--add-config", "log.retention.ms=7000000,background.threads=12").succeeded()
            .prints("Completed updating default config for brokers in the cluster.");
        thisBroker("--alter", "--add-config", "background.threads=11").succeeded()
            .prints("Completed updating config for broker 1.");
        await("the settings are shown", () -> thisBroker("--describe").succeeded().out()
            .contains("background.threads=11"));
        thisBroker("--describe").succeeded().prints("background.threads=11 sensitive=false synonyms={"
            + "DYNAMIC_BROKER_CONFIG:background.threads=11, DYNAMIC_DEFAULT_BROKER_CONFIG:background.threads=12, "
            + "DEFAULT_CONFIG:background.threads=10}");
        everyBroker("--describe").succeeded()
            .prints("background.threads=12 sensitive=false synonyms={DYNAMIC_DEFAULT_BROKER_CONFIG:background.threads=12}")
            .prints("log.retention.ms=7000000 sensitive=false synonyms="
                + "{DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7000000}");
        configs("topics", List.of("--entity-name", topic), "--describe", "--all").succeeded()
            .prints("retention.ms=7000000 sensitive=false synonyms={DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7000000, "
                + "DEFAULT_CONFIG:log.retention.hours=168}");
        thisBroker("--alter", "--delete-config", "background.threads").succeeded();
        everyBroker("--alter", "--delete-config", "log.retention.ms,background.threads").succeeded();
        await("nothing is left", () -> !everyBroker("--describe").succeeded().out().contains("retention"));
        Checks.expect(!thisBroker("--describe").succeeded().out().contains("background"), "a deleted setting is shown");
    }

    private void effect() throws Exception {
        String topic = target.topic("bounded", 1);
        Checks.expect(!isRefused(topic), "a small record was refused");
        everyBroker("--alter", "--add-config", "message.max.bytes=4096").succeeded();
        await("large records are refused", () -> isRefused(topic));
        thisBroker("--alter", "--add-config", "message.max.bytes=100000").succeeded();
        await("this broker accepts larger ones", () -> !isRefused(topic));
        thisBroker("--alter", "--delete-config", "message.max.bytes").succeeded();
        await("the default of all holds again", () -> isRefused(topic));
        everyBroker("--alter", "--delete-config", "message.max.bytes").succeeded();
        await("the file holds again", () -> !isRefused(topic));
    }

    private boolean isRefused(String topic) throws Exception {
        try (var producer = target.producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, new byte[8000])).get();
            return false;
        } catch (ExecutionException e) {
            Checks.expect(e.getCause() instanceof RecordTooLargeException, "unexpected error: %s", e.getCause());
            return true;
        }
    }

    private void refuses() throws Exception {
        thisBroker("--alter", "--add-config", "log.dirs=/tmp").failed()
            .prints("Cannot update these configs dynamically: [log.dirs]");
        everyBroker("--alter", "--add-config", "listeners=PLAINTEXT://:1").failed()
            .prints("Cannot update these configs at default cluster level, broker id must be specified: [listeners]");
        everyBroker("--alter", "--add-config", "log.retention.ms=soon").failed()
            .prints("Invalid value soon for configuration log.retention.ms: Not a number of type LONG");
        everyBroker("--alter", "--add-config", "num.io.threads=0").failed()
            .prints("Invalid value 0 for configuration num.io.threads: Value must be at least 1");
        thisBroker("--alter", "--add-config", "num.io.threads=100").failed()
            .prints("Dynamic thread count update validation failed for num.io.threads=100, value should not be greater than "
                + "double the current value 8");
        thisBroker("--alter", "--add-config", "ssl.keystore.location=/tmp/x").failed()
            .prints("These security configs can be dynamically updated only per-listener using the listener prefix: "
                + "[ssl.keystore.location]");
        Checks.expect(!thisBroker("--describe").succeeded().out().contains("num.io.threads=100"), "a refused setting was kept");
        expectRefused(ConfigResource.Type.BROKER, "1", "num.io.threads", AlterConfigOp.OpType.APPEND,
            InvalidConfigurationException.class, "Config value append is not allowed for config key: num.io.threads");
    }

    private void lists() throws Exception {
        everyBroker("--alter", "--add-config", "log.cleanup.policy=delete").succeeded();
        alter(ConfigResource.Type.BROKER, "", "log.cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
        await("both are there", () -> everyBroker("--describe").succeeded().out()
            .contains("log.cleanup.policy=delete,compact"));
        alter(ConfigResource.Type.BROKER, "", "log.cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT);
        await("one is left", () -> everyBroker("--describe").succeeded().out().contains("log.cleanup.policy=compact "));
        everyBroker("--alter", "--delete-config", "log.cleanup.policy").succeeded();
    }

    /** Nobody can tell that it is no secret. */
    private void unknownKeys() throws Exception {
        thisBroker("--alter", "--add-config", "no.such.key=1").succeeded();
        await("it is shown", () -> thisBroker("--describe").succeeded().out()
            .contains("no.such.key=null sensitive=true synonyms={DYNAMIC_BROKER_CONFIG:no.such.key=null}"));
        thisBroker("--alter", "--delete-config", "no.such.key").succeeded();
    }

    private void alter(ConfigResource.Type type, String name, String key, String value, AlterConfigOp.OpType operation)
            throws Exception {
        var change = new AlterConfigOp(new ConfigEntry(key, value), operation);
        target.admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), List.of(change))).all().get();
    }

    private void expectRefused(ConfigResource.Type type, String name, String key, AlterConfigOp.OpType operation,
            Class<? extends Exception> kind, String message) throws Exception {
        try {
            alter(type, name, key, "DEBUG", operation);
        } catch (ExecutionException e) {
            Checks.expectEqual(e.getCause().getClass(), kind, "the error for " + key);
            Checks.expectEqual(e.getCause().getMessage(), message, "its message");
            return;
        }
        throw new AssertionError(operation + " of " + key + " was accepted");
    }

    private Map<String, String> levels() throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1");
        var levels = new java.util.TreeMap<String, String>();
        for (ConfigEntry entry : target.admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
            Checks.expectEqual(entry.source(), ConfigEntry.ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG, "source of a level");
            Checks.expect(!entry.isReadOnly() && !entry.isSensitive(), "%s is read-only or sensitive", entry.name());
            levels.put(entry.name(), entry.value());
        }
        return levels;
    }

    private String anyLogger() throws Exception {
        return levels().keySet().stream().filter(name -> name.contains(".")).reduce((first, second) -> second).orElseThrow();
    }

    private Tool.Outcome loggers(String... arguments) throws Exception {
        return configs("broker-loggers", List.of("--entity-name", "1"), arguments);
    }

    private void loggers() throws Exception {
        String logger = anyLogger();
        String before = levels().get("root");
        loggers("--alter", "--add-config", logger + "=TRACE").succeeded().prints("Completed updating config for broker-logger 1.");
        loggers("--describe").succeeded().prints("  " + logger + "=TRACE sensitive=false synonyms={}");
        Checks.expectEqual(levels().get("root"), before, "root's level");
        loggers("--alter", "--delete-config", logger).succeeded();
        Checks.expect(!levels().get(logger).equals("TRACE"), "%s kept its level", logger);
    }

    private void badLoggers() throws Exception {
        loggers("--alter", "--add-config", "no.such.logger=DEBUG").failed().prints("Invalid broker logger(s): no.such.logger");
        String logger = anyLogger();
        loggers("--alter", "--add-config", logger + "=LOUD").failed().prints("Cannot set the log level of " + logger
            + " to LOUD as it is not a supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN");
        loggers("--alter", "--delete-config", "root").failed()
            .prints("Removing the log level of the root logger is not allowed");
        expectRefused(ConfigResource.Type.BROKER_LOGGER, "1", logger, AlterConfigOp.OpType.APPEND,
            InvalidRequestException.class, "APPEND operation is not allowed for the BROKER_LOGGER resource");
        expectRefused(ConfigResource.Type.BROKER_LOGGER, "1", "no.such.logger", AlterConfigOp.OpType.SET,
            InvalidConfigurationException.class, "Logger no.such.logger does not exist!");
    }

    /** Only of ours do we know what it says at DEBUG: that a connection was closed. */
    private void loggerEffect() throws Exception {
        if (!Set.of("", "muir").contains(System.getenv().getOrDefault("BROKER_KIND", ""))) {
            return;
        }
        Path log = Path.of(System.getenv("MUIR_LOG"));
        Checks.expect(!Files.readString(log).contains("DEBUG"), "a line of DEBUG was there before");
        loggers("--alter", "--add-config", "server.net=DEBUG").succeeded();
        await("a closed connection is told of", () -> Files.readString(log).contains("DEBUG Connection closed"));
        loggers("--alter", "--delete-config", "server.net").succeeded();
    }
}
