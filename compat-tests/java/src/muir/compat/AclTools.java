package muir.compat;

import java.util.regex.Pattern;

/**
 * kafka-acls, and clients that it lets in or keeps out, against the broker at MUIR_BOOTSTRAP, which has an authorizer whose
 * super user is User:ANONYMOUS: one process for all.  An argument selects checks by a regular expression.
 */
public final class AclTools {
    private AclTools() {}

    public static void main(String[] arguments) {
        var checks = new Checks();
        int failed;
        try (var target = Target.fromEnvironment()) {
            new AclChecks(target).addTo(checks);
            failed = checks.run(Pattern.compile(arguments.length > 0 ? arguments[0] : ""));
        }
        System.out.flush();
        Runtime.getRuntime().halt(failed == 0 ? 0 : 1);
    }
}
