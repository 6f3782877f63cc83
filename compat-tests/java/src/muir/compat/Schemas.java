package muir.compat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The message schemas that Apache Kafka's artifacts carry, by name; those without a live version are left out. */
final class Schemas {
    // What a node speaks and keeps; clients of the streams library have one of their own.
    private static final String ARTIFACTS =
        "kafka-(clients|metadata|group-coordinator|transaction-coordinator|share-coordinator|raft|storage)-4.*[.]jar";

    /** Both ends included; empty when `max` is below `min`. */
    record Versions(int min, int max) {
        static final Versions NONE = new Versions(0, -1);

        static Versions parse(String text, int highest) {
            if (text == null || text.isEmpty() || text.equals("none")) {
                return NONE;
            }
            if (text.endsWith("+")) {
                return new Versions(Integer.parseInt(text.substring(0, text.length() - 1)), highest);
            }
            String[] ends = text.split("-");
            return new Versions(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
        }

        Versions intersect(Versions other) {
            return new Versions(Math.max(min, other.min), Math.min(max, other.max));
        }

        int count() {
            return Math.max(0, max - min + 1);
        }

        @Override
        public String toString() {
            return max < min ? "none" : min + "-" + max;
        }
    }

    static Map<String, JsonNode> load() throws IOException {
        ObjectMapper mapper = new ObjectMapper().configure(JsonParser.Feature.ALLOW_COMMENTS, true);
        Map<String, JsonNode> schemas = new TreeMap<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!new File(path).getName().matches(ARTIFACTS)) {
                continue;
            }
            try (JarFile jar = new JarFile(path); Stream<JarEntry> entries = jar.stream()) {
                for (JarEntry entry : entries.toList()) {
                    if (!entry.getName().endsWith(".json")) {
                        continue;
                    }
                    try (InputStream stream = jar.getInputStream(entry)) {
                        JsonNode schema = mapper.readTree(stream);
                        if (schema.has("validVersions") && versions(schema).count() > 0) {
                            schemas.put(schema.get("name").asText(), schema);
                        }
                    }
                }
            }
        }
        return schemas;
    }

    static Versions versions(JsonNode schema) {
        return Versions.parse(text(schema, "validVersions"), Integer.MAX_VALUE);
    }

    static String text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        return value == null || value.isNull() ? null : value.asText();
    }

    private Schemas() {}
}
