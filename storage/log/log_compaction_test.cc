// A log and its cleaner: what is left, what a crash leaves, and what a reader sees meanwhile.
#include "storage/log/file_names.h"
#include "storage/log/test_cleaning.h"

namespace muir::storage::testing {
namespace {

using Records = std::vector<ReadRecord>;

TEST(LogCompaction, KeepsTheLastRecordOfEachKeyAtItsOffset) {
  CleaningBench bench;
  bench.open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(bench.put(i % 2 == 0 ? "even" : "odd", std::to_string(i)));
  ASSERT_TRUE(bench.log->roll().run_inline());
  const Offset end = bench.log->log_end_offset();

  ASSERT_TRUE(bench.clean());

  // The last batch of a round stays for its offset: here it has a record anyway.
  EXPECT_EQ(bench.records(), (Records{{8, "even", "8"}, {9, "odd", "9"}}));
  EXPECT_EQ(bench.log->log_end_offset(), end);
  EXPECT_EQ(bench.log->log_start_offset(), Offset{0});
  EXPECT_EQ(bench.checkpointed, end);
}

TEST(LogCompaction, LeavesTheActiveSegmentAlone) {
  CleaningBench bench;
  bench.open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(bench.put("k", std::to_string(i)));
  const Offset active = bench.log->cleanable().active_base_offset();
  ASSERT_GT(active, Offset{0});

  ASSERT_TRUE(bench.clean());

  const auto records = bench.records();
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records.front().offset, active.value - 1);
  EXPECT_EQ(records.size(), static_cast<std::size_t>(20 - active.value + 1));
}

TEST(LogCompaction, JoinsSmallSegments) {
  CleaningBench bench;
  bench.open();
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(bench.put("k" + std::to_string(i % 3), std::to_string(i)));
  const std::size_t before = bench.log->segment_count();
  ASSERT_GT(before, 8u);
  ASSERT_TRUE(bench.clean());
  ASSERT_TRUE(bench.put("k0", "again"));
  ASSERT_TRUE(bench.log->roll().run_inline());

  ASSERT_TRUE(bench.clean());

  EXPECT_LE(bench.log->segment_count(), before / 2);
}

// A tombstone is kept for delete.retention.ms after it was first cleaned, so that a reader who began before sees it.
TEST(LogCompaction, KeepsATombstoneUntilItsDeleteHorizon) {
  CleaningBench bench;
  bench.open();
  ASSERT_TRUE(bench.put("k", "v"));
  ASSERT_TRUE(bench.put("k", std::nullopt));
  ASSERT_TRUE(bench.put("other", "v"));
  ASSERT_TRUE(bench.log->roll().run_inline());
  const Records with_tombstone{{1, "k", std::nullopt}, {2, "other", "v"}};

  ASSERT_TRUE(bench.clean());
  EXPECT_EQ(bench.records(), with_tombstone);

  // Cleaned again before the horizon: it stays.
  bench.clock.advance(std::chrono::milliseconds{999});
  ASSERT_TRUE(bench.put("x", "1"));
  ASSERT_TRUE(bench.log->roll().run_inline());
  ASSERT_TRUE(bench.clean());
  EXPECT_EQ(bench.records().size(), 3u);

  // And at the horizon it goes.
  bench.clock.advance(std::chrono::milliseconds{1});
  ASSERT_TRUE(bench.put("x", "2"));
  ASSERT_TRUE(bench.log->roll().run_inline());
  ASSERT_TRUE(bench.clean());
  EXPECT_EQ(bench.records(), (Records{{2, "other", "v"}, {4, "x", "2"}}));
}

// What does not fit into the map is cleaned in the next round.
TEST(LogCompaction, GoesOnWhereTheMapWasFull) {
  CleaningBench bench;
  bench.config.segment_bytes = 2000;
  bench.resources.map_bytes = 24 * 12;  // Ten keys at 0.9.
  bench.open();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(bench.put("k" + std::to_string(i % 25), std::to_string(i)));
  ASSERT_TRUE(bench.log->roll().run_inline());

  int rounds = 0;
  for (; bench.checkpointed != bench.log->log_end_offset() && rounds < 20; ++rounds) ASSERT_TRUE(bench.clean());

  EXPECT_GE(rounds, 5);
  const auto records = bench.records();
  ASSERT_EQ(records.size(), 25u);
  for (int i = 0; i < 25; ++i) EXPECT_EQ(records[static_cast<std::size_t>(i)].offset, 25 + i);
}

TEST(LogCompaction, SaysSoWhenOneBatchHasMoreKeysThanTheMapHolds) {
  CleaningBench bench;
  bench.resources.map_bytes = 24 * 12;
  bench.config.segment_bytes = 4000;
  bench.open();
  KeyedBatch batch;
  for (int i = 0; i < 20; ++i) batch.records.push_back({"k" + std::to_string(i), "v"});
  ASSERT_TRUE(bench.append_keyed(batch));
  ASSERT_TRUE(bench.log->roll().run_inline());

  const auto cleaned = bench.clean();

  ASSERT_FALSE(cleaned);
  EXPECT_EQ(cleaned.error(), Errc::cleaner_map_full);
  EXPECT_EQ(bench.records().size(), 20u);
}

// The last batch of an active producer is kept, empty if need be, so that its sequence numbers survive.
TEST(LogCompaction, KeepsTheSequenceOfAnActiveProducer) {
  CleaningBench bench;
  bench.open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(bench.append_keyed({{{"k", std::to_string(i)}}, kTestTime, 0, 7, 0, i}));
  ASSERT_TRUE(bench.put("k", "last"));
  ASSERT_TRUE(bench.put("x", "x"));
  ASSERT_TRUE(bench.log->roll().run_inline());

  ASSERT_TRUE(bench.clean());

  EXPECT_EQ(bench.records(), (Records{{3, "k", "last"}, {4, "x", "x"}}));
  const auto headers = headers_of(bench.all_bytes());
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0].last_offset(), Offset{2});
  EXPECT_EQ(headers[0].base_sequence, 2);

  // What is replayed from the cleaned log knows the producer.
  bench.crash();
  bench.open();
  ASSERT_NE(bench.log->producers().find(ProducerId{7}), nullptr);
  EXPECT_EQ(bench.log->producers().find(ProducerId{7})->last_sequence(), 2);
}

TEST(LogCompaction, DropsWhatWasMadeOfSegmentsThatAreNotTheLogsAnyMore) {
  CleaningBench bench;
  bench.open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(bench.put("k", std::to_string(i)));
  CleanableLog cleanable = bench.log->cleanable();
  const auto dirt = dirtiness(cleanable, cleanable_offsets(cleanable, std::nullopt, bench.clock.wall_ms()));
  CleaningRound round(bench.disk, cleanable, {Offset{0}, dirt.first_uncleanable, kTestTime}, {}, bench.resources);
  for (auto progress = round.advance(1 << 20); *progress == CleaningRound::Progress::working;)
    progress = round.advance(1 << 20);
  ASSERT_TRUE(bench.log->truncate_to(Offset{2}).run_inline());

  const auto swapped = bench.log->replace_segments(round.ready()).run_inline();
  round.abandon();

  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error(), Errc::segments_changed);
  EXPECT_FALSE(bench.log->is_offline());
  EXPECT_EQ(bench.records().size(), 2u);
  for (const std::string& path : bench.disk.paths()) EXPECT_FALSE(path.ends_with(kCleanedSuffix)) << path;
}

// A partition that has moved to another log directory has the same segments there, and nothing that waits beside them.
TEST(LogCompaction, DropsWhatWaitsInADirectoryThatTheLogHasLeft) {
  CleaningBench bench;
  bench.open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(bench.put("k", std::to_string(i)));
  const CleanableLog cleanable = bench.log->cleanable();
  const auto dirt = dirtiness(cleanable, cleanable_offsets(cleanable, std::nullopt, bench.clock.wall_ms()));
  CleaningRound round(bench.disk, cleanable, {Offset{0}, dirt.first_uncleanable, kTestTime}, {}, bench.resources);
  for (auto progress = round.advance(1 << 20); *progress == CleaningRound::Progress::working;)
    progress = round.advance(1 << 20);
  SegmentSwap swap = round.ready();
  swap.directory = "/elsewhere/t-0";

  const auto swapped = bench.log->replace_segments(std::move(swap)).run_inline();
  round.abandon();

  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error(), Errc::segments_changed);
  EXPECT_FALSE(bench.log->is_offline());
  EXPECT_EQ(bench.records().size(), 20u);
}

// A reader that was given a slice before goes on with the bytes it was given.
TEST(LogCompaction, DoesNotTakeAwayWhatAReaderHolds) {
  CleaningBench bench;
  bench.open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(bench.put("k", std::to_string(i)));
  const auto slice = bench.log->read(Offset{0}, 1 << 20, true, Offset{1000}).get();
  ASSERT_TRUE(slice);

  ASSERT_TRUE(bench.clean());

  OwnedBytes bytes(slice->bytes.size_bytes);
  ASSERT_TRUE(slice->bytes.file->read(slice->bytes.position, bytes).get());
  EXPECT_EQ(records_of(bytes).front(), (ReadRecord{0, "k", "0"}));
}

// The time a segment was last written decides about retention where records have no time: cleaning is no writing.
TEST(LogCompaction, KeepsTheTimeAtWhichASegmentWasWritten) {
  CleaningBench bench;
  bench.open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(bench.put("k" + std::to_string(i), "v"));
  const auto before = bench.log->cleanable();
  bench.clock.advance(std::chrono::hours{5});

  ASSERT_TRUE(bench.clean());

  EXPECT_EQ(bench.log->cleanable().segments.front().modified_ms, before.segments.front().modified_ms);
  const auto status = bench.disk.status("/data/t-0/00000000000000000000.log").get();
  EXPECT_EQ((*status)->modified_ms, before.segments.front().modified_ms);
}

// No offset is in two segments.
void expect_no_overlap(FaultyDisk& disk) {
  Offset end{0};
  for (const std::string& path : disk.paths()) {  // Sorted.
    if (!path.ends_with(kLogSuffix)) continue;
    const Offset base_offset = *offset_of_file(path.substr(path.find_last_of('/') + 1));
    ASSERT_GE(base_offset, end) << path;
    for (const BatchHeader& header : headers_of(disk.content(path))) end = header.last_offset() + 1;
  }
}

// Power may fail at every operation of a cleaning: the log is then as before, or partly cleaned, and no record that
// should have stayed is missing, none that was gone is back.
TEST(LogCompaction, SurvivesACrashAtEveryDiskOperation) {
  for (std::uint64_t operation = 0;; ++operation) {
    bool undisturbed = false;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      SCOPED_TRACE("operation " + std::to_string(operation) + " seed " + std::to_string(seed));
      CleaningBench bench(operation * 100 + seed);
      bench.open();
      std::map<std::string, ReadRecord> last;
      for (int i = 0; i < 30; ++i) {
        const std::string key = "k" + std::to_string(i * i % 7);
        ASSERT_TRUE(bench.put(key, std::to_string(i)));
        last[key] = {i, key, std::to_string(i)};
      }
      ASSERT_TRUE(bench.log->roll().run_inline());
      ASSERT_TRUE(bench.log->flush().run_inline());
      bench.checkpoint();
      // Many segments become one, or each one its own.
      bench.config.segment_bytes = seed < 6 ? 1 << 20 : 300;
      bench.log->set_config(bench.config);
      bench.disk.fail_from(bench.disk.operations() + operation);

      undisturbed = bool(bench.clean());
      bench.disk.heal();
      bench.round.reset();
      bench.crash();
      // A second power failure while the first is being repaired.
      if (seed % 2 == 1) {
        bench.disk.fail_from(bench.disk.operations() + seed * 3 + operation % 17);
        (void)bench.try_open();
        bench.disk.heal();
        bench.crash();
      }
      bench.open();

      ASSERT_EQ(bench.log->log_end_offset(), Offset{30});
      std::map<std::string, ReadRecord> found;
      std::int64_t before = -1;
      for (const ReadRecord& record : bench.records()) {
        ASSERT_GT(record.offset, before);
        before = record.offset;
        found[*record.key] = record;
      }
      ASSERT_EQ(found, last);
      expect_no_overlap(bench.disk);
      for (const std::string& path : bench.disk.paths()) {
        ASSERT_FALSE(path.ends_with(kCleanedSuffix)) << path;
        ASSERT_FALSE(path.ends_with(kSwapSuffix)) << path;
      }
    }
    if (undisturbed) break;
    ASSERT_LT(operation, 2000u);
  }
}

}  // namespace
}  // namespace muir::storage::testing
