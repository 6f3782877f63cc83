package muir.compat;

import java.util.regex.Pattern;

/**
 * Runs Kafka's own tools and the Java clients against the broker at MUIR_BOOTSTRAP, whose log is in MUIR_DATA: one
 * process for all.  An argument selects checks by a regular expression.
 */
public final class Tools {
    private Tools() {}

    public static void main(String[] arguments) {
        var checks = new Checks();
        int failed;
        try (var target = Target.fromEnvironment()) {
            new TopicChecks(target).addTo(checks);
            new BrokerConfigChecks(target).addTo(checks);
            new QuotaChecks(target).addTo(checks);
            new ClusterChecks(target).addTo(checks);
            new OffsetChecks(target).addTo(checks);
            new ConsoleChecks(target).addTo(checks);
            new PerformanceChecks(target).addTo(checks);
            new ClientChecks(target).addTo(checks);
            failed = checks.run(Pattern.compile(arguments.length > 0 ? arguments[0] : ""));
        }
        System.out.flush();
        Runtime.getRuntime().halt(failed == 0 ? 0 : 1);
    }
}
