package muir.compat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Carries out commands that come one a line, words separated by blanks, so that a test of many steps pays for one JVM.
 * Each is answered by a line `done`, or by lines of complaint that end with `failed`.
 *
 *   topic BOOTSTRAP NAME PARTITIONS [KEY=VALUE...]   creates a topic
 *   write BOOTSTRAP NAME PARTITIONS COUNT SEED [KEY=VALUE...]   produces records that follow from the seed
 *   transactions BOOTSTRAP NAME PARTITIONS ROUNDS SEED   produces transactions of every end; one stays open
 *   record BOOTSTRAP FILE NAME PARTITIONS COUNT SEED KEYS AGE_MS   produces, and adds to the file what was acknowledged
 *   transact BOOTSTRAP FILE NAME PARTITIONS ROUNDS SEED KEYS OFFSETS [open]   the same by transactions; one may stay open
 *   old DIRECTORY CODECS BATCHES SEED TIME_MS    segments of message formats 0 and 1 for a partition of a stopped broker
 *   delete BOOTSTRAP NAME                        deletes a topic
 *   alter BOOTSTRAP topic|broker NAME [KEY=VALUE...]   changes settings; of all brokers where the name is `-`
 *   grow BOOTSTRAP NAME PARTITIONS               to that many
 *   truncate BOOTSTRAP NAME OFFSET               deletes the records of partition 0 before an offset
 *   commit BOOTSTRAP GROUP TOPIC PARTITIONS OFFSET   a member of the group joins, commits and leaves
 *   forget BOOTSTRAP GROUP      deletes a group
 *   dump BOOTSTRAP FILE         writes topics, their configurations, every record and every group down, a line each
 *   files DIRECTORY [indexes] [compacted]   has Kafka's own tool read every file below; indexes too, after a clean
 *                              stop; offsets may have gaps
 *   state DIRECTORY FILE       adds to the file what that tool says of every segment, producer snapshot and transaction index
 */
public final class Remote {
    private Remote() {}

    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                run(line.split(" "));
                System.out.println("done");
            } catch (Throwable t) {
                t.printStackTrace(System.out);
                System.out.println("failed");
            }
            System.out.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void run(String[] words) throws Exception {
        switch (words[0]) {
            case "topic" -> topic(words);
            case "delete", "grow", "truncate" -> change(words);
            case "write" -> Samples.write(words[1], words[2], Integer.parseInt(words[3]), Integer.parseInt(words[4]),
                Long.parseLong(words[5]), settings(words, 6));
            case "transactions" -> Transactions.write(words[1], words[2], Integer.parseInt(words[3]), Integer.parseInt(words[4]),
                Long.parseLong(words[5]));
            case "record" -> Acknowledged.write(words[1], Path.of(words[2]), new Acknowledged.Story(words[3], Integer.parseInt(words[4]),
                Integer.parseInt(words[5]), Long.parseLong(words[6]), Integer.parseInt(words[7])), Long.parseLong(words[8]));
            case "transact" -> Acknowledged.transact(words[1], Path.of(words[2]), new Acknowledged.Story(words[3], Integer.parseInt(words[4]),
                Integer.parseInt(words[5]), Long.parseLong(words[6]), Integer.parseInt(words[7])), Long.parseLong(words[8]),
                List.of(words).contains("open"));
            case "old" -> OldFormats.write(Path.of(words[1]), words[2], Integer.parseInt(words[3]), Long.parseLong(words[4]),
                Long.parseLong(words[5]));
            case "state" -> LogFiles.describe(Path.of(words[1]), Path.of(words[2]));
            case "commit" -> Groups.commit(words[1], words[2], words[3], Integer.parseInt(words[4]), Long.parseLong(words[5]));
            case "forget" -> forget(words);
            case "alter" -> alter(words);
            case "dump" -> Dump.write(words[1], Path.of(words[2]));
            case "files" -> LogFiles.check(Path.of(words[1]), List.of(words).contains("indexes"), List.of(words).contains("compacted"));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static void topic(String[] words) throws Exception {
        try (var target = new Target(words[1], null)) {
            target.create(words[2], Integer.parseInt(words[3]), settings(words, 4));
        }
    }

    private static void alter(String[] words) throws Exception {
        var type = words[2].equals("topic") ? ConfigResource.Type.TOPIC : ConfigResource.Type.BROKER;
        var resource = new ConfigResource(type, words[3].equals("-") ? "" : words[3]);
        var changes = settings(words, 4).entrySet().stream()
            .map(one -> new AlterConfigOp(new ConfigEntry(one.getKey(), one.getValue()), AlterConfigOp.OpType.SET)).toList();
        try (var target = new Target(words[1], null)) {
            target.admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
        }
    }

    private static void forget(String[] words) throws Exception {
        try (var target = new Target(words[1], null)) {
            Groups.delete(target, words[2]);
        }
    }

    private static void change(String[] words) throws Exception {
        try (var target = new Target(words[1], null)) {
            switch (words[0]) {
                case "delete" -> target.delete(words[2]);
                case "grow" -> target.grow(words[2], Integer.parseInt(words[3]));
                default -> target.truncate(words[2], Long.parseLong(words[3]));
            }
        }
    }

    private static Map<String, String> settings(String[] words, int from) {
        var settings = new HashMap<String, String>();
        for (int i = from; i < words.length; i++) {
            String[] pair = words[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        return settings;
    }
}
