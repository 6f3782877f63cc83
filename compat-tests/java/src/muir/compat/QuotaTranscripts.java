package muir.compat;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.network.Session;
import org.apache.kafka.server.config.ClientQuotaManagerConfig;
import org.apache.kafka.server.quota.ClientQuotaEntity;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.ControllerMutationQuota;
import org.apache.kafka.server.quota.ControllerMutationQuotaManager;
import org.apache.kafka.server.quota.QuotaType;

/**
 * Writes what Apache Kafka's quota managers answer to random stories, for server/quota to answer the same:
 * QuotaTranscripts rates|mutations|entities SEED.
 */
public final class QuotaTranscripts {
    private static final int ROUNDS = 12;

    private final Random random;
    private final ManualTime time = new ManualTime();

    private QuotaTranscripts(long seed) {
        random = new Random(seed);
    }

    public static void main(String[] args) throws Exception {
        QuotaTranscripts transcripts = new QuotaTranscripts(Long.parseLong(args[1]));
        System.out.println("# muir.compat.QuotaTranscripts " + args[0] + " " + args[1] + ", by Apache Kafka 4.3.1.");
        switch (args[0]) {
            case "rates" -> transcripts.rates();
            case "mutations" -> transcripts.mutations();
            case "entities" -> transcripts.entities();
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.out.flush();
        Runtime.getRuntime().halt(0);  // Reapers sleep by a clock that stands still.
    }

    /** "windows SAMPLES SECONDS BOUND", then "MILLISECONDS VALUE THROTTLE"; a negative value is unrecorded. */
    private void rates() throws Exception {
        for (int round = 0; round < ROUNDS; ++round) {
            int samples = round % 3 == 0 ? 11 : 2 + random.nextInt(10);
            int seconds = 1 + (round % 4 == 0 ? 0 : random.nextInt(3));
            int bound = 1 + random.nextInt(round % 2 == 0 ? 100 : 100_000);
            System.out.printf("windows %d %d %d%n", samples, seconds, bound);
            ClientQuotaManager manager = new ClientQuotaManager(
                new ClientQuotaManagerConfig(samples, seconds), new Metrics(time), QuotaType.PRODUCE, time, "");
            manager.updateQuota(user("u"), Optional.empty(), Optional.of(Quota.upperBound(bound)));
            Session session = session("u");
            for (int i = 0; i < 60; ++i) {
                time.now += pause();
                int value = 1 + random.nextInt(2 * bound);
                long throttle = manager.maybeRecordAndGetThrottleTimeMs(session, "c", value, time.now);
                System.out.printf("%d %d %d%n", time.now, value, throttle);
                if (throttle > 0 && random.nextInt(3) == 0) {
                    manager.unrecordQuotaSensor(session, "c", value, time.now);
                    System.out.printf("%d %d 0%n", time.now, -value);
                }
            }
        }
    }

    private long pause() {
        return switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> 5_000 + random.nextInt(30_000);
            case 2 -> 1_000L * random.nextInt(4);
            default -> random.nextInt(900);
        };
    }

    /** "windows SAMPLES SECONDS BOUND", then "MILLISECONDS PERMITS strict|permissive accepted|refused THROTTLE". */
    private void mutations() throws Exception {
        for (int round = 0; round < ROUNDS; ++round) {
            int samples = 1 + random.nextInt(11);
            double bound = round % 2 == 0 ? 1 + random.nextInt(10) : 0.1 + random.nextDouble();
            System.out.printf(Locale.ROOT, "windows %d 1 %s%n", samples, bound);
            ControllerMutationQuotaManager manager = new ControllerMutationQuotaManager(
                new ClientQuotaManagerConfig(samples, 1), new Metrics(time), time, "", Optional.empty());
            manager.updateQuota(user("u"), Optional.empty(), Optional.of(Quota.upperBound(bound)));
            for (int i = 0; i < 40; ++i) {
                time.now += pause();
                boolean strict = random.nextInt(3) > 0;
                Session session = session("u");
                ControllerMutationQuota quota = strict ? manager.newStrictQuotaFor(session, "c")
                    : manager.newPermissiveQuotaFor(session, "c");
                int permits = random.nextInt((int) (4 * bound * samples) + 2);
                Supplier<String> verdict = () -> {
                    try {
                        quota.record(permits);
                        return "accepted";
                    } catch (ThrottlingQuotaExceededException e) {
                        return "refused";
                    }
                };
                System.out.printf("%d %d %s %s %d%n", time.now, permits, strict ? "strict" : "permissive",
                    verdict.get(), quota.throttleTime());
            }
        }
    }

    /** "quotas", then "set USER CLIENT BOUND", then "client USER CLIENT BOUND"; * is the default, - nobody or nothing. */
    private void entities() throws Exception {
        List<String> names = List.of("-", "*", "a", "b");
        for (int round = 0; round < 4 * ROUNDS; ++round) {
            System.out.println("quotas");
            ClientQuotaManager manager = new ClientQuotaManager(
                new ClientQuotaManagerConfig(), new Metrics(time), QuotaType.FETCH, time, "");
            int count = 1 + random.nextInt(8);
            for (int i = 0; i < count; ++i) {
                String user = names.get(random.nextInt(4));
                String client = names.get(random.nextInt(4));
                if (user.equals("-") && client.equals("-")) continue;
                int bound = 100 + random.nextInt(900);
                System.out.printf("set %s %s %d%n", user, client, bound);
                manager.updateQuota(user(user), client(client), Optional.of(Quota.upperBound(bound)));
            }
            for (String user : List.of("a", "c"))
                for (String client : List.of("-", "a", "c")) {
                    double bound = manager.quota(user, client.equals("-") ? "" : client).bound();
                    System.out.printf("client %s %s %s%n", user, client,
                        bound == (double) Long.MAX_VALUE ? "-" : Long.toString((long) bound));
                }
        }
    }

    private static Session session(String user) throws Exception {
        return new Session(new KafkaPrincipal("User", user), InetAddress.getLoopbackAddress());
    }

    private static Optional<ClientQuotaEntity.ConfigEntity> user(String name) {
        if (name.equals("-")) return Optional.empty();
        if (name.equals("*")) return Optional.of(ClientQuotaManager.DEFAULT_USER_ENTITY);
        return Optional.of(new ClientQuotaManager.UserEntity(name));
    }

    private static Optional<ClientQuotaEntity.ConfigEntity> client(String name) {
        if (name.equals("-")) return Optional.empty();
        if (name.equals("*")) return Optional.of(ClientQuotaManager.DEFAULT_USER_CLIENT_ID);
        return Optional.of(new ClientQuotaManager.ClientIdEntity(name));
    }

    /** A clock that moves when the story says so. */
    private static final class ManualTime implements Time {
        private long now = 1_700_000_000_000L;

        @Override public long milliseconds() {
            return now;
        }

        @Override public long nanoseconds() {
            return now * 1_000_000;
        }

        @Override public void sleep(long ms) {
            now += ms;
        }

        @Override public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {
            throw new UnsupportedOperationException();
        }
    }
}
