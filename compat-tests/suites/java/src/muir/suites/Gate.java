package muir.suites;

import java.util.Set;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Lets a test through that is selected and not excluded, while there is time. */
public final class Gate implements ExecutionCondition {
    static final String NOT_SELECTED = "not selected";
    private static volatile Set<String> excluded = Set.of();
    private static volatile Set<String> selected = Set.of();
    private static volatile long deadline = Long.MAX_VALUE;

    /** An empty selection lets everything through; the deadline is in milliseconds of the epoch. */
    static void open(Set<String> excludedTests, Set<String> selectedTests, long until) {
        excluded = excludedTests;
        selected = selectedTests;
        deadline = until;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String name = TestNames.of(context.getUniqueId());
        if (excluded.contains(name)) {
            return ConditionEvaluationResult.disabled("excluded");
        }
        if (name.endsWith("]") && !selected.isEmpty() && !selected.contains(name)) {
            return ConditionEvaluationResult.disabled(NOT_SELECTED);
        }
        if (System.currentTimeMillis() > deadline) {
            return ConditionEvaluationResult.disabled("time is up");
        }
        return ConditionEvaluationResult.enabled("");
    }
}
