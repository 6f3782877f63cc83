package muir.compat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Has kafka-dump-log read what a broker left on disk; whatever it complains about fails the test. */
final class LogFiles {
    private static final String DUMP = "org.apache.kafka.tools.DumpLogSegments";
    private static final Pattern COMPLAINT = Pattern.compile(
        "isvalid: false|invalid bytes|Error at|Exception|mismatch|Mismatch|out of order|Non-consecutive");

    private static final Pattern FIRST_OFFSET = Pattern.compile(
        "Non-consecutive offsets in \\S*?(\\d{20})\\.log\\s+-1 is followed by (\\d+)\\R?(?!\\s+\\d+ is followed)");

    private LogFiles() {}

    /** The tool names every gap between offsets; compaction makes them. */
    private static final Pattern GAPS = Pattern.compile("Non-consecutive offsets in \\S*\\.log\\R?(\\s*-?\\d+ is followed by \\d+\\R?)*");

    /** It sees no time in a batch that the cleaner has emptied; the index has the one of the batch's header. */
    private static final Pattern EMPTIED = Pattern.compile(
        "Found timestamp mismatch in :\\S+\\R(\\s*Index timestamp: \\d+, log timestamp: -1(\\R|$))+");

    static void check(Path directory, boolean indexes, boolean compacted) throws Exception {
        int read = 0;
        for (Path folder : folders(directory)) {
            boolean metadata = folder.getFileName().toString().startsWith("__cluster_metadata");
            List<String> logs = files(folder, ".log");
            read += logs.size();
            dump(logs, metadata ? List.of("--deep-iteration", "--cluster-metadata-decoder") : List.of("--deep-iteration",
                "--print-data-log"), compacted);
            dump(files(folder, ".checkpoint"), List.of("--deep-iteration", "--cluster-metadata-decoder"));
            dump(files(folder, ".snapshot"), List.of());
            if (indexes) {
                List<String> index = new ArrayList<>(files(folder, ".index"));
                index.addAll(files(folder, ".timeindex"));
                dump(index, List.of("--index-sanity-check"));
                dump(index, List.of("--verify-index-only"), compacted);
                dump(files(folder, ".txnindex"), List.of());
            }
        }
        Checks.expect(read > 0, "no segment in %s", directory);
    }

    /** What is being deleted was closed in the middle: its indexes keep the size they were made with. */
    private static List<Path> folders(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory).filter(folder -> !folder.toString().endsWith("-delete")).sorted().toList();
        }
    }

    /** Adds to `out` what the tool says, batch by batch and record by record, but not what is in the records. */
    static void describe(Path directory, Path out) throws Exception {
        var said = new StringBuilder();
        for (Path folder : folders(directory)) {
            if (folder.getFileName().toString().startsWith("__cluster_metadata")) {
                continue;
            }
            for (String suffix : List.of(".log", ".snapshot", ".txnindex")) {
                List<String> files = files(folder, suffix);
                if (!files.isEmpty()) {
                    said.append(Tool.of(DUMP, "--deep-iteration", "--files", String.join(",", files)).run().succeeded().out());
                }
            }
        }
        Files.writeString(out, said, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /**
     * The tool expects offset 0 first in every file, so of each segment but the first it says that -1 is followed by
     * its base offset.  That line is dropped, and nothing else.
     */
    static String withoutFirstOffsets(String err) {
        return FIRST_OFFSET.matcher(err).replaceAll(
            found -> Long.parseLong(found.group(1)) == Long.parseLong(found.group(2)) ? "" : Matcher.quoteReplacement(found.group()))
            .strip();
    }

    private static List<String> files(Path folder, String suffix) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.map(Path::toString).filter(name -> name.endsWith(suffix)).sorted().toList();
        }
    }

    private static void dump(List<String> files, List<String> options) throws Exception {
        dump(files, options, false);
    }

    private static void dump(List<String> files, List<String> options, boolean compacted) throws Exception {
        if (files.isEmpty()) {
            return;
        }
        var all = new ArrayList<>(options);
        all.addAll(List.of("--files", String.join(",", files)));
        var outcome = Tool.of(DUMP, all.toArray(String[]::new)).run().succeeded();
        String complaint = compacted ? EMPTIED.matcher(GAPS.matcher(outcome.err()).replaceAll("")).replaceAll("").strip()
            : withoutFirstOffsets(outcome.err());
        Checks.expect(complaint.isEmpty(), "%s complains: %s", outcome.command(), complaint);
        for (String line : outcome.lines()) {
            boolean payload = line.startsWith("|") && !options.contains("--cluster-metadata-decoder");
            Checks.expect(payload || !COMPLAINT.matcher(line).find(), "%s prints: %s", outcome.command(), line);
        }
        if (options.contains("--index-sanity-check")) {
            long passed = outcome.lines().stream()
                .filter(line -> line.endsWith(" passed sanity check.") || line.endsWith(" is empty.")).count();
            Checks.expectEqual(passed, (long) files.size(), "indexes that passed in\n" + outcome.out());
        }
    }
}
