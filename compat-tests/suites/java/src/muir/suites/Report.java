package muir.suites;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Prints a line for each test as it ends: verdict, name, milliseconds and a reason, parted by tabs. */
final class Report implements TestExecutionListener {
    private static final int REASON_LENGTH_MAX = 300;

    private final PrintStream out;
    private final Map<String, Long> began = new ConcurrentHashMap<>();

    Report(PrintStream out) {
        this.out = out;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        began.put(test.getUniqueId(), System.currentTimeMillis());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (!reason.contains(Gate.NOT_SELECTED)) {
            print("SKIP", test, reason);
        }
    }

    /** A container counts only where it failed itself: then none of its tests ran. */
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
            return;
        }
        String verdict = switch (result.getStatus()) {
            case SUCCESSFUL -> "PASS";
            case ABORTED -> "SKIP";
            case FAILED -> "FAIL";
        };
        print(verdict, test, result.getThrowable().map(Report::reason).orElse(""));
    }

    private synchronized void print(String verdict, TestIdentifier test, String reason) {
        long now = System.currentTimeMillis();
        out.println(String.join("\t", verdict, TestNames.of(test.getUniqueId()),
            Long.toString(now - began.getOrDefault(test.getUniqueId(), now)), reason));
        out.flush();
    }

    private static String reason(Throwable failure) {
        String text = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        if (failure.getCause() != null) {
            text += " <- " + failure.getCause();
        }
        if (failure.getSuppressed().length > 0) {
            text += " +suppressed " + failure.getSuppressed()[0];
        }
        text = text.replaceAll("\\s+", " ");
        return text.length() > REASON_LENGTH_MAX ? text.substring(0, REASON_LENGTH_MAX) : text;
    }
}
