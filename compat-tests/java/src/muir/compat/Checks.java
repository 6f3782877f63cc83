package muir.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** A list of named checks, run one after the other; each prints a line, and a failure says what was seen. */
final class Checks {
    /** The body of a check: it fails by throwing. */
    interface Body {
        void run() throws Exception;
    }

    private record Check(String name, Body body) {}

    private final List<Check> checks = new ArrayList<>();

    void add(String name, Body body) {
        checks.add(new Check(name, body));
    }

    /** The number of checks that failed, of those whose name `selected` finds something in. */
    int run(Pattern selected) {
        int failed = 0;
        int ran = 0;
        for (Check check : checks) {
            if (!selected.matcher(check.name).find()) {
                continue;
            }
            ran++;
            long began = System.nanoTime();
            Throwable failure = null;
            try {
                check.body.run();
            } catch (Throwable t) {
                failure = t;
                failed++;
            }
            System.out.printf("%s  %s (%d ms)%n", failure == null ? "ok    " : "FAILED", check.name,
                (System.nanoTime() - began) / 1_000_000);
            if (failure instanceof AssertionError) {
                System.out.println("        " + failure.getMessage().strip().replace("\n", "\n        "));
            } else if (failure != null) {
                failure.printStackTrace(System.out);
            }
        }
        System.out.printf("%d checks, %d failed%n", ran, failed);
        return ran == 0 ? 1 : failed;
    }

    static void expect(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new AssertionError(String.format(message, arguments));
        }
    }

    static void expectEqual(Object seen, Object wanted, String what) {
        expect(Objects.equals(seen, wanted), "%s: wanted %s, saw %s", what, wanted, seen);
    }
}
