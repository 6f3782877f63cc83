package muir.compat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.common.protocol.Errors;

/**
 * Prints each (API, error) pair that the Java client handles: `ErrorPairs HANDLERS`, lines of `API ERROR`.
 *
 * A client handles an error where its bytecode names it, `Errors.X`, or asks whether an exception is the one of X.
 * HANDLERS says which method deals with the answers of which API: `CLASS METHOD API,... REASON`, where `*` stands for
 * any text, the API `-` for none that matters here, and `@response` for the API whose response the class casts to.
 * The first line that fits counts.  A method that no line fits is an error, so that nothing is forgotten.
 */
public final class ErrorPairs {
    private static final String PACKAGE = "org.apache.kafka.";
    private static final List<String> FOLDERS = List.of("org/apache/kafka/clients/", "org/apache/kafka/common/requests/");
    private static final Pattern CLASS = Pattern.compile("^(?:[\\w.$]+ )*(?:class|interface|enum) ([\\w.$]+).*");
    private static final Pattern METHOD = Pattern.compile("^  \\S.*?([\\w$<>.]+)\\(.*;$|^  static \\{\\};");
    private static final Pattern ERROR = Pattern.compile(".*// Field org/apache/kafka/common/protocol/Errors\\.([A-Z_]+):.*");
    private static final Pattern EXCEPTION = Pattern.compile(".*instanceof.*// class (org/apache/kafka/common/errors/\\w+)$");
    private static final Pattern RESPONSE = Pattern.compile(".*checkcast.*// class org/apache/kafka/common/requests/(\\w+)Response$");

    private record Handler(Pattern owner, Pattern method, List<String> apis) {
        static Handler parse(String line) {
            String[] words = line.trim().split("\\s+", 4);
            if (words.length < 4) {
                throw new IllegalArgumentException("no reason in: " + line);
            }
            return new Handler(pattern(words[0]), pattern(words[1]), List.of(words[2].split(",")));
        }

        private static Pattern pattern(String text) {
            return Pattern.compile(Pattern.quote(text).replace("*", "\\E.*\\Q"));
        }
    }

    private record Reference(String owner, String method, String error) { }

    private final List<Handler> handlers = new ArrayList<>();
    private final List<Reference> references = new ArrayList<>();
    private final Set<String> casts = new LinkedHashSet<>();  // "CLASS API".
    private String owner = "";
    private String method = "";

    public static void main(String[] arguments) throws Exception {
        ErrorPairs pairs = new ErrorPairs();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                pairs.handlers.add(Handler.parse(line));
            }
        }
        pairs.scan(Path.of(NetworkClient.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
        pairs.print();
    }

    private void scan(Path jar) throws IOException {
        List<String> command = new ArrayList<>(List.of("-c", "-p", "-cp", jar.toString()));
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (isClient(name) && namesErrors(file.getInputStream(entry))) {
                    command.add(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
                }
            }
        }
        StringWriter code = new StringWriter();
        PrintWriter complaints = new PrintWriter(System.err, true);
        ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
        if (javap.run(new PrintWriter(code, true), complaints, command.toArray(String[]::new)) != 0) {
            throw new IllegalStateException("javap failed");
        }
        code.toString().lines().forEach(this::read);
    }

    private static boolean isClient(String name) {
        return name.endsWith(".class") && FOLDERS.stream().anyMatch(name::startsWith);
    }

    private static boolean namesErrors(InputStream in) throws IOException {
        String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        return content.contains("org/apache/kafka/common/protocol/Errors") || content.contains("org/apache/kafka/common/errors/");
    }

    private void read(String line) {
        Matcher match = CLASS.matcher(line);
        if (!line.startsWith(" ") && match.matches()) {
            owner = match.group(1).substring(PACKAGE.length());
        }
        match = METHOD.matcher(line);
        if (match.matches()) {
            method = match.group(1) == null ? "static" : match.group(1);
        }
        match = ERROR.matcher(line);
        if (match.matches()) {
            add(Errors.valueOf(match.group(1)));
        }
        match = EXCEPTION.matcher(line);
        if (match.matches()) {
            String name = match.group(1).replace('/', '.');
            for (Errors error : Errors.values()) {
                if (error.exception() != null && error.exception().getClass().getName().equals(name)) {
                    add(error);
                }
            }
        }
        match = RESPONSE.matcher(line);
        if (match.matches()) {
            casts.add(owner + " " + match.group(1));
        }
    }

    private void add(Errors error) {
        if (error != Errors.NONE) {
            references.add(new Reference(owner, method, error.name()));
        }
    }

    private void print() {
        Set<String> pairs = new TreeSet<>();
        Set<String> forgotten = new TreeSet<>();
        for (Reference reference : references) {
            List<String> apis = apisOf(reference);
            if (apis.isEmpty()) {
                forgotten.add(reference.owner + " " + reference.method);
            }
            apis.stream().filter(api -> !api.equals("-")).forEach(api -> pairs.add(api + " " + reference.error));
        }
        if (!forgotten.isEmpty()) {
            throw new IllegalStateException("no handler is described for\n" + String.join("\n", forgotten));
        }
        pairs.forEach(System.out::println);
    }

    private List<String> apisOf(Reference reference) {
        for (Handler handler : handlers) {
            if (handler.owner.matcher(reference.owner).matches() && handler.method.matcher(reference.method).matches()) {
                return handler.apis.equals(List.of("@response")) ? castsOf(reference.owner) : handler.apis;
            }
        }
        return List.of();
    }

    private List<String> castsOf(String name) {
        return casts.stream().filter(cast -> cast.startsWith(name + " ")).map(cast -> cast.split(" ")[1]).toList();
    }
}
