package muir.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Readable;

/**
 * Holds our messages against Apache Kafka's own serializers: what Kafka reads from our bytes it writes as the same
 * bytes; what it builds from our JSON it writes as the same bytes; and of what it has read it makes our JSON.  Every
 * version of every schema in the artifacts has to come.  Reads the lines of golden_samples.
 */
public final class Golden {
    private static final String[] PACKAGES = {
        "org.apache.kafka.common.message.", "org.apache.kafka.common.metadata.",
        "org.apache.kafka.coordinator.group.generated.", "org.apache.kafka.coordinator.transaction.generated.",
        "org.apache.kafka.coordinator.share.generated.", "org.apache.kafka.raft.generated.",
        "org.apache.kafka.server.log.remote.metadata.storage.generated.", "org.apache.kafka.storage.generated.",
        "org.apache.kafka.storage.internals.log.",
    };
    private static final int SHOWN = 10;

    private record Generated(Class<?> message, Class<?> converter) {}

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, Generated> classes = new HashMap<>();
    private final Map<String, TreeSet<Short>> proven = new TreeMap<>();
    private int samples;
    private int wrong;

    public static void main(String[] arguments) throws Exception {
        Golden golden = new Golden();
        golden.read();
        System.exit(golden.report() ? 0 : 1);
    }

    private void read() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t", -1);
            String name = fields[0];
            short version = Short.parseShort(fields[1]);
            samples++;
            try {
                String difference = compare(name, version, fields);
                if (difference == null) {
                    proven.computeIfAbsent(name, unused -> new TreeSet<>()).add(version);
                } else {
                    complain(name, version, difference);
                }
            } catch (ReflectiveOperationException | RuntimeException | IOException failure) {
                Throwable cause = failure;
                while (cause.getCause() != null) {
                    cause = cause.getCause();
                }
                complain(name, version, cause + " for " + fields[3]);
            }
        }
    }

    private void complain(String name, short version, String what) {
        if (wrong++ < SHOWN) {
            System.out.printf("WRONG   %s version %d: %s%n", name, version, what);
        }
    }

    private String compare(String name, short version, String[] fields) throws ReflectiveOperationException, IOException {
        Generated generated = generated(name);
        String ours = fields[3];
        Message decoded = (Message) generated.message.getConstructor(Readable.class, short.class)
            .newInstance(new ByteBufferAccessor(ByteBuffer.wrap(HexFormat.of().parseHex(ours))), version);
        String reencoded = encode(decoded, version);
        if (!reencoded.equals(ours)) {
            return difference("Kafka reads our bytes and writes others", ours, reencoded);
        }
        if (fields[2].equals("tags")) {
            return null;  // JSON does not carry tags that no schema knows.
        }
        JsonNode json = mapper.readTree(fields[4]);
        Message built = (Message) generated.converter.getMethod("read", JsonNode.class, short.class)
            .invoke(null, json, version);
        String encoded = encode(built, version);
        if (!encoded.equals(ours)) {
            return difference("Kafka writes our JSON as other bytes", ours, encoded);
        }
        Object kafkas = generated.converter.getMethod("write", generated.message, short.class)
            .invoke(null, decoded, version);
        String theirJson = mapper.readTree(mapper.writeValueAsString(kafkas)).toString();
        String ourJson = mapper.readTree(fields[5]).toString();
        return ourJson.equals(theirJson) ? null : difference("Kafka's JSON of our bytes is not ours", ourJson, theirJson);
    }

    private static String encode(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        return HexFormat.of().formatHex(buffer.array(), 0, buffer.position());
    }

    private static String difference(String what, String ours, String theirs) {
        int at = 0;
        while (at < Math.min(ours.length(), theirs.length()) && ours.charAt(at) == theirs.charAt(at)) {
            at++;
        }
        return String.format("%s from %d on%n  ours   %s%n  Kafka's %s", what, at, ours, theirs);
    }

    private Generated generated(String name) throws ClassNotFoundException {
        Generated known = classes.get(name);
        if (known != null) {
            return known;
        }
        for (String place : PACKAGES) {
            for (String suffix : new String[] {"Data", ""}) {
                try {
                    Class<?> message = Class.forName(place + name + suffix);
                    if (Message.class.isAssignableFrom(message)) {
                        known = new Generated(message, Class.forName(place + name + suffix + "JsonConverter"));
                        classes.put(name, known);
                        return known;
                    }
                } catch (ClassNotFoundException notHere) {
                    // The next place, then.
                }
            }
        }
        throw new ClassNotFoundException("Kafka has no class for " + name);
    }

    /** Whether every version of every schema in the artifacts was proven. */
    private boolean report() throws IOException {
        int wanted = 0;
        int found = 0;
        Map<String, JsonNode> schemas = Schemas.load();
        for (Map.Entry<String, JsonNode> schema : schemas.entrySet()) {
            Schemas.Versions versions = Schemas.versions(schema.getValue());
            for (int version = versions.min(); version <= versions.max(); version++) {
                wanted++;
                if (proven.getOrDefault(schema.getKey(), new TreeSet<>()).contains((short) version)) {
                    found++;
                } else {
                    System.out.printf("MISSING %s version %d%n", schema.getKey(), version);
                }
            }
        }
        System.out.printf("%d samples, %d wrong%n", samples, wrong);
        System.out.printf("message-versions proven: %d of %d, of %d schemas%n", found, wanted, schemas.size());
        return wrong == 0 && wanted > 0 && found == wanted;
    }

    private Golden() {}
}
