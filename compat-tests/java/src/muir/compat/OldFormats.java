package muir.compat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;

/** Segments of message formats 0 and 1, written by Kafka's own classes into the directory of a stopped broker. */
final class OldFormats {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int KEYS = 25;

    private final Random random;
    private final long firstTimeMs;
    private long offset;

    private OldFormats(long seed, long firstTimeMs) {
        this.random = new Random(seed);
        this.firstTimeMs = firstTimeMs;
    }

    /**
     * Two segments a format, from offset 0 on, into the partition's directory: plain messages, and wrappers of each of
     * the codecs, comma-separated.  Keys repeat, one value in six is null; times begin at `firstTimeMs`, a second apart.
     */
    static void write(Path directory, String codecs, int batches, long seed, long firstTimeMs) throws IOException {
        var writer = new OldFormats(seed, firstTimeMs);
        for (byte magic = 0; magic < 2; magic++) {
            for (int segment = 0; segment < 2; segment++) {
                writer.segment(directory, magic, codecs.split(","), batches);
            }
        }
    }

    private void segment(Path directory, byte magic, String[] codecs, int batches) throws IOException {
        Path file = directory.resolve(String.format("%020d.log", offset));
        try (var out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int batch = 0; batch < batches; batch++) {
                String codec = codecs[random.nextInt(codecs.length)];
                ByteBuffer bytes = batch(magic, codec, codec.equals("none") ? 1 : 1 + random.nextInt(8)).buffer();
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        }
    }

    private MemoryRecords batch(byte magic, String codec, int count) {
        boolean ofBroker = magic == 1 && random.nextInt(4) == 0;
        TimestampType type = magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE
            : ofBroker ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(BUFFER_BYTES), magic,
            Compression.of(CompressionType.forName(codec)).build(), type, offset, time(offset + count));
        for (int i = 0; i < count; i++, offset++) {
            byte[] key = ("key-" + random.nextInt(KEYS)).getBytes(StandardCharsets.UTF_8);
            byte[] value = null;
            if (random.nextInt(6) > 0) {
                value = new byte[random.nextInt(300)];
                random.nextBytes(value);
            }
            // Not in order: a search by time must look at each record.
            builder.append(magic == 0 ? -1 : time(offset + random.nextInt(4)), key, value);
        }
        return builder.build();
    }

    private long time(long at) {
        return firstTimeMs + 1000 * at;
    }
}
