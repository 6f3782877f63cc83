package muir.compat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs the main class of a Kafka tool inside this process, as its script would run it in one of its own: what it reads
 * and prints is ours, and its exit ends the tool only.
 */
final class Tool {
    private static final long SECONDS_MAX = 60;

    /** What a tool left behind. */
    record Outcome(String command, int status, String out, String err) {
        Outcome succeeded() {
            Checks.expect(status == 0, "%s ended with %d\n%s%s", command, status, out, err);
            return this;
        }

        Outcome failed() {
            Checks.expect(status != 0, "%s should have failed\n%s%s", command, out, err);
            return this;
        }

        Outcome prints(String text) {
            Checks.expect((out + err).contains(text), "%s should print `%s`, printed\n%s%s", command, text, out, err);
            return this;
        }

        List<String> lines() {
            return out.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        }
    }

    /** Ends the thread of a tool that asked for the end of its process. */
    private static final class Exited extends Error {
        private static final long serialVersionUID = 1;
        final int status;

        Exited(int status) {
            super("exit " + status, null, false, false);
            this.status = status;
        }
    }

    private final String mainClass;
    private final String[] arguments;
    private InputStream input = InputStream.nullInputStream();
    private Predicate<String> complete = out -> true;

    private Tool(String mainClass, String... arguments) {
        this.mainClass = mainClass;
        this.arguments = arguments;
    }

    static Tool of(String mainClass, String... arguments) {
        return new Tool(mainClass, arguments);
    }

    Tool reading(String text) {
        input = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** For a tool whose threads still print when its main is over: what has to have been printed. */
    Tool until(Predicate<String> condition) {
        complete = condition;
        return this;
    }

    Outcome run() throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var hooks = new ArrayList<Runnable>();
        var status = new AtomicReference<Integer>();
        PrintStream realOut = System.out;
        PrintStream realErr = System.err;
        InputStream realIn = System.in;
        Exit.setExitProcedure((code, message) -> {
            status.compareAndSet(null, code);  // The first word counts: some tools catch what is thrown here and exit again.
            throw new Exited(code);
        });
        Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        System.setIn(input);
        boolean ended;
        try {
            var thread = new Thread(() -> status.compareAndSet(null, call()), mainClass);
            thread.setDaemon(true);
            thread.start();
            thread.join(TimeUnit.SECONDS.toMillis(SECONDS_MAX));
            ended = !thread.isAlive();
            if (ended) {
                hooks.forEach(Runnable::run);
                ended = awaitOutput(out);
            }
        } finally {
            System.setOut(realOut);
            System.setErr(realErr);
            System.setIn(realIn);
            Exit.resetExitProcedure();
            Exit.resetShutdownHookAdder();
        }
        String printed = out.toString(StandardCharsets.UTF_8);
        String complained = err.toString(StandardCharsets.UTF_8);
        String command = mainClass.substring(mainClass.lastIndexOf('.') + 1) + " " + String.join(" ", arguments);
        Checks.expect(ended, "%s did not end within %d s\n%s%s", command, SECONDS_MAX, printed, complained);
        return new Outcome(command, status.get(), printed, complained);
    }

    private boolean awaitOutput(ByteArrayOutputStream out) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (!complete.test(out.toString(StandardCharsets.UTF_8))) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    private int call() {
        try {
            Class.forName(mainClass).getMethod("main", String[].class).invoke(null, (Object) arguments);
            return 0;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exited exited) {
                return exited.status;
            }
            e.getCause().printStackTrace();
            return 1;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
