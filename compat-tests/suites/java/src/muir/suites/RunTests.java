package muir.suites;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * RunTests JAR EXCLUDED SELECTED SECONDS: runs the tests of a jar that ask for a cluster.  EXCLUDED and SELECTED are
 * files with a name a line; an empty SELECTED runs all.  The broker is at the property muir.suites.bootstrap.
 */
public final class RunTests {
    private static final String ANNOTATION = "org.apache.kafka.common.test.api.Cluster";
    private static final long SECONDS_OVER = 90;

    private RunTests() {}

    public static void main(String[] arguments) throws Exception {
        Set<String> excluded = names(arguments[1]);
        Set<String> selected = names(arguments[2]);
        long millis = Long.parseLong(arguments[3]) * 1000;
        Gate.open(excluded, selected, System.currentTimeMillis() + millis);
        endAfter(millis + SECONDS_OVER * 1000);
        var request = LauncherDiscoveryRequestBuilder.request().selectors(classes(arguments[0], selected))
            .filters((PostDiscoveryFilter) test -> wanted(test, selected))
            .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
            .configurationParameter("junit.jupiter.extensions.autodetection.exclude", "org.apache.kafka.common.test.junit.ClusterTestExtensions")
            .configurationParameter("junit.jupiter.execution.timeout.default", System.getProperty("muir.suites.timeout", "60 s"))
            .build();
        LauncherFactory.create().execute(request, new Report(System.out));
        System.out.println("END");
        System.out.flush();
        Runtime.getRuntime().halt(0);  // Some tests leave threads behind.
    }

    private static Set<String> names(String file) throws IOException {
        return Files.readAllLines(Path.of(file)).stream().filter(line -> !line.isEmpty()).collect(Collectors.toCollection(HashSet::new));
    }

    /** The test classes of the jar whose bytes mention the annotation; nested ones come with their outer class. */
    private static List<DiscoverySelector> classes(String jar, Set<String> selected) throws IOException {
        Set<String> named = selected.stream().map(name -> name.replaceAll("[$#].*", "")).collect(Collectors.toSet());
        var found = new ArrayList<DiscoverySelector>();
        try (var file = new JarFile(jar)) {
            for (var entry : Collections.list(file.entries())) {
                String path = entry.getName();
                if (!path.endsWith("Test.class") || path.contains("$")) {
                    continue;
                }
                String name = path.substring(0, path.length() - ".class".length()).replace('/', '.');
                String text = new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1);
                if (text.contains(ANNOTATION.replace('.', '/')) && (named.isEmpty() || named.contains(name))) {
                    found.add(DiscoverySelectors.selectClass(name));
                }
            }
        }
        return found;
    }

    private static FilterResult wanted(TestDescriptor test, Set<String> selected) {
        if (!(test.getSource().orElse(null) instanceof MethodSource source)) {
            return FilterResult.included("");
        }
        String name = TestNames.of(test.getUniqueId().toString());
        if (!selected.isEmpty() && selected.stream().noneMatch(one -> one.startsWith(name))) {
            return FilterResult.excluded(Gate.NOT_SELECTED);
        }
        boolean needsCluster = Arrays.stream(source.getJavaMethod().getAnnotations())
            .anyMatch(one -> one.annotationType().getName().startsWith(ANNOTATION));
        return needsCluster ? FilterResult.included("") : FilterResult.excluded("needs no cluster");
    }

    private static void endAfter(long millis) {
        var watchdog = new Thread(() -> {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                return;
            }
            System.out.println("STUCK");
            System.out.flush();
            Runtime.getRuntime().halt(1);
        }, "junit-suites-watchdog");  // Kafka's check for leaked threads passes over names that begin with junit-.
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
