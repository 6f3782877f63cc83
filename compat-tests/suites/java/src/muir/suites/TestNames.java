package muir.suites;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a test is called in lists and reports: org.a.FooTest#bar[2], the number being that of the invocation. */
final class TestNames {
    private static final Pattern PART = Pattern.compile(
        "\\[(class|nested-class|method|test-template|test-template-invocation|test-factory|dynamic-test):([^\\]]*)\\]");

    private TestNames() {}

    static String of(String uniqueId) {
        var name = new StringBuilder();
        Matcher part = PART.matcher(uniqueId);
        while (part.find()) {
            String value = part.group(2).replace("%2C", ",").replaceAll("\\(.*", "");
            switch (part.group(1)) {
                case "class" -> name.append(value);
                case "nested-class" -> name.append('$').append(value);
                case "test-template-invocation", "dynamic-test" -> name.append('[').append(value.replace("#", "")).append(']');
                default -> name.append('#').append(value);
            }
        }
        return name.toString();
    }
}
