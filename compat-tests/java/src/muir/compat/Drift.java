package muir.compat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares our schemas, as golden_schemas prints them, with those in Apache Kafka's artifacts, field by field.  With
 * `--self-test` one of Kafka's fields is changed first, and that has to be noticed.
 */
public final class Drift {
    private static final Map<String, String> ENTITIES = Map.of("topicName", "topic_name", "groupId", "group",
        "transactionalId", "transactional_id", "producerId", "producer_id", "brokerId", "node_id");
    private static final Set<String> PRIMITIVES = Set.of("bool", "int8", "int16", "uint16", "int32", "uint32", "int64",
        "float64", "uuid", "string", "bytes", "records");
    private static final int SHOWN = 30;

    private final Map<String, Set<String>> kafkas = new TreeMap<>();
    private final Map<String, String> entities = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        boolean selfTest = arguments.length > 0 && arguments[0].equals("--self-test");
        Drift drift = new Drift();
        for (JsonNode schema : Schemas.load().values()) {
            drift.addSchema(schema);
        }
        if (selfTest) {
            drift.kafkas.get("FetchRequest").removeIf(line -> line.startsWith("maxWaitMs\t"));
        }
        int same = drift.compare(drift.readOurs());
        boolean isSame = same == drift.kafkas.size() && same > 0;
        System.out.printf("schemas compared: %d of %d%s%n", same, drift.kafkas.size(), isSame ? "" : " are the same");
        System.exit(isSame != selfTest ? 0 : 1);
    }

    private void addSchema(JsonNode schema) {
        Schemas.Versions versions = Schemas.versions(schema);
        Schemas.Versions flexible = Schemas.Versions.parse(Schemas.text(schema, "flexibleVersions"), versions.max());
        Set<String> lines = new TreeSet<>();
        lines.add("message\t" + versions + "\t" + flexible.intersect(versions));
        Map<String, JsonNode> common = new HashMap<>();
        if (schema.has("commonStructs")) {
            schema.get("commonStructs").forEach(struct -> common.put(struct.get("name").asText(), struct));
        }
        String name = schema.get("name").asText();
        addFields(name, schema, common, "", versions, lines);
        kafkas.put(name, lines);
    }

    private void addFields(String message, JsonNode struct, Map<String, JsonNode> common, String path,
                           Schemas.Versions parent, Set<String> lines) {
        for (JsonNode field : struct.path("fields")) {
            // A field that only says where it is tagged is in those versions.
            Schemas.Versions versions = versions(field, field.has("versions") ? "versions" : "taggedVersions", parent);
            if (versions.count() == 0) {
                continue;
            }
            String type = field.get("type").asText();
            String element = type.startsWith("[]") ? type.substring(2) : type;
            boolean isStruct = !PRIMITIVES.contains(element);
            String name = Schemas.text(field, "name");
            String place = path + name.substring(0, 1).toLowerCase() + name.substring(1);
            Schemas.Versions nullable = versions(field, "nullableVersions", versions);
            Schemas.Versions tagged = versions(field, "taggedVersions", versions);
            lines.add(String.join("\t", place, (type.startsWith("[]") ? "[]" : "") + (isStruct ? "struct" : element),
                versions.toString(), nullable.toString(), tagged.toString(), field.path("tag").asText("-1"),
                defaultOf(field, type), field.path("ignorable").asText("false")));
            if (field.has("entityType")) {
                entities.put(message + "\t" + place, ENTITIES.getOrDefault(field.get("entityType").asText(), "?"));
            }
            if (isStruct) {
                JsonNode inner = field.has("fields") ? field : common.get(element);
                addFields(message, inner, common, place + ".", versions, lines);
            }
        }
    }

    private static Schemas.Versions versions(JsonNode field, String key, Schemas.Versions within) {
        return Schemas.Versions.parse(Schemas.text(field, key), within.max()).intersect(within);
    }

    private static String defaultOf(JsonNode field, String type) {
        String given = Schemas.text(field, "default");
        if ("null".equals(given)) {
            return "null";
        }
        if (type.equals("bool")) {
            return "true".equals(given) ? "1" : "0";
        }
        if (!type.startsWith("int") && !type.startsWith("uint")) {
            return "";
        }
        return given == null || given.isEmpty() ? "0" : Long.decode(given).toString();
    }

    private Map<String, List<String[]>> readOurs() throws IOException {
        Map<String, List<String[]>> ours = new TreeMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t", -1);
            ours.computeIfAbsent(fields[1], unused -> new ArrayList<>()).add(fields);
        }
        return ours;
    }

    /** How many of Kafka's schemas are ours to the last field; says what the others differ in. */
    private int compare(Map<String, List<String[]>> ours) {
        int same = 0;
        int shown = 0;
        Set<String> unknown = new TreeSet<>(ours.keySet());
        unknown.removeAll(kafkas.keySet());
        for (Map.Entry<String, Set<String>> schema : kafkas.entrySet()) {
            Set<String> differences = differences(schema.getKey(), schema.getValue(), ours.get(schema.getKey()));
            same += differences.isEmpty() ? 1 : 0;
            for (String difference : differences) {
                if (shown++ < SHOWN) {
                    System.out.println(schema.getKey() + ": " + difference);
                }
            }
        }
        unknown.forEach(name -> System.out.println(name + ": Kafka has no such schema"));
        return unknown.isEmpty() ? same : 0;
    }

    private Set<String> differences(String name, Set<String> theirs, List<String[]> ours) {
        Set<String> differences = new TreeSet<>();
        if (ours == null) {
            differences.add("we have no such schema");
            return differences;
        }
        Set<String> left = new TreeSet<>(theirs);
        for (String[] fields : ours) {
            boolean isMessage = fields[0].equals("message");
            if (!isMessage && fields[4].equals("none")) {
                continue;
            }
            int end = isMessage ? fields.length : fields.length - 1;
            String line = (isMessage ? "message\t" : "")
                + String.join("\t", List.of(fields).subList(2, end));
            if (!left.remove(line)) {
                differences.add("only ours     " + line);
            }
            String entity = isMessage ? null : entities.get(name + "\t" + fields[2]);
            if (entity != null && !entity.equals(fields[fields.length - 1])) {
                differences.add(fields[2] + " names a " + entity + ", not a " + fields[fields.length - 1]);
            }
        }
        left.forEach(line -> differences.add("only Kafka's  " + line));
        return differences;
    }

    private Drift() {}
}
