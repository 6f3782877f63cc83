// Each setting of a topic does what its name says, for a log that is open from the moment it is set.
#include <algorithm>

#include <gtest/gtest.h>

#include "storage/log/test_batches.h"

namespace muir::storage::testing {
namespace {

using std::chrono::milliseconds;

struct LogSettings : ::testing::Test, LogBench {
  void SetUp() override { open(); }

  // As IncrementalAlterConfigs does it to a running broker.
  template <class Change>
  void set(Change change) {
    change(config);
    log->set_config(config);
  }
  void append_at(std::int64_t after_ms) { ASSERT_TRUE(append({.timestamp = kTestTime + after_ms})); }
  std::ptrdiff_t files_ending_in(std::string_view suffix) const {
    const auto paths = disk.paths();
    return std::ranges::count_if(paths, [&](const std::string& path) { return path.ends_with(suffix); });
  }
};

TEST_F(LogSettings, SegmentMsRollsByTheTimeOfTheRecords) {
  append_at(0);
  set([](LogConfig& c) { c.segment_ms = 1000; });
  append_at(1000);
  EXPECT_EQ(log->segment_count(), 1u) << "not later than that";
  append_at(1001);
  EXPECT_EQ(log->segment_count(), 2u);
}

TEST_F(LogSettings, SegmentMsRollsByTheClockWhereRecordsHaveNoTime) {
  set([](LogConfig& c) { c.segment_ms = 1000; });
  ASSERT_TRUE(log->roll().run_inline());
  ASSERT_TRUE(append({.timestamp = -1}));
  clock.advance(milliseconds(1001));
  ASSERT_TRUE(append({.timestamp = -1}));
  EXPECT_EQ(log->segment_count(), 2u);
}

TEST_F(LogSettings, SegmentJitterMsMakesItSoonerByNoMoreThanThat) {
  set([](LogConfig& c) {
    c.segment_ms = 1000;
    c.segment_jitter_ms = 400;
  });
  std::size_t sooner = 0;
  for (std::int64_t begin = 0; begin < 100 * 10'000; begin += 10'000) {
    append_at(begin);  // In a segment of its own: the one before is long over.
    const std::size_t count = log->segment_count();
    append_at(begin + 600);
    ASSERT_EQ(log->segment_count(), count) << "too soon";
    append_at(begin + 800);
    sooner += log->segment_count() - count;
    append_at(begin + 1001);
    ASSERT_GT(log->segment_count(), count) << "too late";
  }
  EXPECT_GT(sooner, 0u) << "about half of them";
  EXPECT_LT(sooner, 100u);
}

TEST_F(LogSettings, RetentionMsDeletesByTheNewestRecordOfASegment) {
  append_at(0);
  ASSERT_TRUE(log->roll().run_inline());
  append_at(5000);
  clock.advance(milliseconds(5000));

  EXPECT_EQ(*log->delete_old_segments().run_inline(), 0u) << "seven days, by default";
  set([](LogConfig& c) { c.retention_ms = 4999; });
  EXPECT_EQ(*log->delete_old_segments().run_inline(), 1u);
  EXPECT_EQ(log->log_start_offset(), Offset{1});
  set([](LogConfig& c) { c.retention_ms = -1; });
  clock.advance(std::chrono::hours(10'000));
  EXPECT_EQ(*log->delete_old_segments().run_inline(), 0u) << "no limit";
}

TEST_F(LogSettings, RetentionBytesKeepsAtLeastThatMuch) {
  for (int i = 0; i < 4; ++i) {
    append_at(0);
    ASSERT_TRUE(log->roll().run_inline());
  }
  const auto segment_bytes = static_cast<std::int64_t>(log->size_bytes() / 4);

  set([&](LogConfig& c) { c.retention_bytes = 2 * segment_bytes; });
  EXPECT_EQ(*log->delete_old_segments().run_inline(), 2u);
  EXPECT_EQ(static_cast<std::int64_t>(log->size_bytes()), 2 * segment_bytes);
}

TEST_F(LogSettings, FileDeleteDelayMsKeepsFilesUnderAnotherName) {
  append_at(0);
  ASSERT_TRUE(log->roll().run_inline());
  set([](LogConfig& c) {
    c.retention_ms = 1;
    c.file_delete_delay_ms = 700;
  });
  clock.advance(milliseconds(2));
  ASSERT_EQ(*log->delete_old_segments().run_inline(), 1u);

  const auto kept = files_ending_in(".deleted");
  EXPECT_GE(kept, 3) << "the log and both indexes";
  clock.advance(milliseconds(699));
  ASSERT_TRUE(log->do_chores().run_inline());
  EXPECT_EQ(files_ending_in(".deleted"), kept);
  clock.advance(milliseconds(1));
  ASSERT_TRUE(log->do_chores().run_inline());
  EXPECT_EQ(files_ending_in(".deleted"), 0);
}

TEST_F(LogSettings, FlushMsIsKeptByTheChores) {
  append_at(0);
  clock.advance(std::chrono::hours(10));
  ASSERT_TRUE(log->do_chores().run_inline());
  EXPECT_EQ(log->recovery_point(), Offset{0}) << "never, by default";

  set([](LogConfig& c) { c.flush_ms = 100; });
  ASSERT_TRUE(log->do_chores().run_inline());
  EXPECT_EQ(log->recovery_point(), Offset{1});
  append_at(0);
  clock.advance(milliseconds(99));
  ASSERT_TRUE(log->do_chores().run_inline());
  EXPECT_EQ(log->recovery_point(), Offset{1});
  clock.advance(milliseconds(1));
  ASSERT_TRUE(log->do_chores().run_inline());
  EXPECT_EQ(log->recovery_point(), Offset{2});
}

TEST_F(LogSettings, FlushMessagesCountsWhatIsUnsynced) {
  append_at(0);
  append_at(0);
  EXPECT_FALSE(log->flush_is_due());
  set([](LogConfig& c) { c.flush_messages = 3; });
  EXPECT_FALSE(log->flush_is_due());
  set([](LogConfig& c) { c.flush_messages = 2; });
  EXPECT_TRUE(log->flush_is_due());
  ASSERT_TRUE(log->flush().run_inline());
  EXPECT_FALSE(log->flush_is_due());
}

TEST_F(LogSettings, PreallocateReservesBlocksAndLeavesTheSizeOfTheFile) {
  set([](LogConfig& c) { c.preallocate = true; });
  append_at(0);
  ASSERT_TRUE(log->roll().run_inline());
  append_at(0);
  EXPECT_EQ(disk.content("/data/t-0/00000000000000000001.log").size() +
                disk.content("/data/t-0/00000000000000000000.log").size(),
            log->size_bytes());
  close();
  open(true);
  EXPECT_EQ(log->log_end_offset(), Offset{2});
}

// Apache Kafka gives a preallocated file its full size at once, zeros behind the last batch, and cuts it when it closes
// it.
TEST_F(LogSettings, TheZerosOfAPreallocatedFileThatWasNotClosedAreCutOff) {
  append_at(0);
  append_at(0);
  const std::string path = "/data/t-0/00000000000000000000.log";
  const OwnedBytes batches = disk.content(path);
  for (const std::size_t zeros : {1u, 16u, 17u, 61u, 5000u, 1u << 20}) {
    log.reset();
    OwnedBytes preallocated = batches;
    preallocated.resize(batches.size() + zeros);
    disk.put(path, std::move(preallocated));

    open();
    EXPECT_EQ(log->log_end_offset(), Offset{2}) << zeros;
    EXPECT_EQ(disk.content(path), batches) << zeros;
    append_at(0);
    EXPECT_EQ(*log->truncate_to(Offset{2}).run_inline(), 1);
  }
}

}  // namespace
}  // namespace muir::storage::testing
