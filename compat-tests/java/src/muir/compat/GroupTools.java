package muir.compat;

import java.util.regex.Pattern;

/**
 * Classic groups of the Java clients, and the tools that look at groups, against the broker at MUIR_BOOTSTRAP: one
 * process for all.  An argument selects checks by a regular expression.
 */
public final class GroupTools {
    private GroupTools() {}

    public static void main(String[] arguments) {
        var checks = new Checks();
        int failed;
        try (var target = Target.fromEnvironment()) {
            new GroupToolChecks(target).addTo(checks);
            new ResetChecks(target).addTo(checks);
            new GroupReaderChecks(target).addTo(checks);
            new GroupChecks(target).addTo(checks);
            failed = checks.run(Pattern.compile(arguments.length > 0 ? arguments[0] : ""));
        }
        System.out.flush();
        Runtime.getRuntime().halt(failed == 0 ? 0 : 1);
    }
}
