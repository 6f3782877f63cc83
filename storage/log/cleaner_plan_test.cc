#include "storage/log/cleaner_plan.h"

#include <limits>

#include <gtest/gtest.h>

#include "storage/log/cleaner_throttle.h"

namespace muir::storage {
namespace {

constexpr std::int64_t kNow = 1'000'000;

// Five segments of 100 bytes and 10 offsets, the last of them active.
CleanableLog five_segments() {
  CleanableLog log;
  for (int i = 0; i < 5; ++i) log.segments.push_back({Offset{i * 10}, 100, 8, 12, kNow - 100 + i, kNow - 100 + i * 10});
  log.log_end_offset = Offset{50};
  log.last_stable_offset = Offset{50};
  log.config.segment_bytes = 1000;
  return log;
}

TEST(CleanerPlan, CleansFromTheCheckpointToTheActiveSegment) {
  const auto offsets = cleanable_offsets(five_segments(), Offset{20}, kNow);
  EXPECT_EQ(offsets.first_dirty, Offset{20});
  EXPECT_EQ(offsets.first_uncleanable, Offset{40});
  EXPECT_FALSE(offsets.checkpoint_is_wrong);
}

TEST(CleanerPlan, NeverPassesTheFirstUnstableOffset) {
  CleanableLog log = five_segments();
  log.last_stable_offset = Offset{25};
  const auto offsets = cleanable_offsets(log, std::nullopt, kNow);
  EXPECT_EQ(offsets.first_uncleanable, Offset{25});
  EXPECT_EQ(dirtiness(log, offsets).first_uncleanable, Offset{20});  // Whole segments only.
}

TEST(CleanerPlan, BeginsAnewWhereTheCheckpointLiesOutsideTheLog) {
  CleanableLog log = five_segments();
  log.log_start_offset = Offset{10};
  for (const Offset checkpoint : {Offset{5}, Offset{51}}) {
    const auto offsets = cleanable_offsets(log, checkpoint, kNow);
    EXPECT_TRUE(offsets.checkpoint_is_wrong);
    EXPECT_EQ(offsets.first_dirty, Offset{10});
  }
}

// min.compaction.lag.ms: the first segment with a record younger than that stays as it is, and all after it.
TEST(CleanerPlan, LeavesYoungRecordsAlone) {
  CleanableLog log = five_segments();
  log.config.min_compaction_lag_ms = 85;
  EXPECT_EQ(cleanable_offsets(log, std::nullopt, kNow).first_uncleanable, Offset{20});
}

// max.compaction.lag.ms (KIP-354): the oldest dirty record says how late cleaning is; times that are none do not count.
TEST(CleanerPlan, IsOverdueWhenTheOldestDirtyRecordIs) {
  LogConfig config;
  const std::vector<std::int64_t> first{0, -1, kNow - 500, kNow - 700};
  EXPECT_EQ(compaction_delay_ms(config, first, kNow), 0);
  config.max_compaction_lag_ms = 600;
  EXPECT_EQ(compaction_delay_ms(config, first, kNow), 100);
  config.max_compaction_lag_ms = 700;
  EXPECT_EQ(compaction_delay_ms(config, first, kNow), 0);
}

TEST(CleanerPlan, MeasuresDirtInBytes) {
  const CleanableLog log = five_segments();
  const auto dirt = dirtiness(log, cleanable_offsets(log, Offset{30}, kNow));
  EXPECT_EQ(dirt.clean_bytes, 300u);
  EXPECT_EQ(dirt.cleanable_bytes, 100u);
  EXPECT_DOUBLE_EQ(dirt.ratio(), 0.25);
}

// min.cleanable.dirty.ratio must be passed, not reached; who is overdue does not ask for it.
TEST(CleanerPlan, CleansAboveTheRatioOrWhenOverdue) {
  LogConfig config;
  config.min_cleanable_dirty_ratio = 0.5;
  EXPECT_FALSE(is_worth_cleaning({Offset{0}, 100, 100}, config, 0));
  EXPECT_TRUE(is_worth_cleaning({Offset{0}, 100, 101}, config, 0));
  EXPECT_TRUE(is_worth_cleaning({Offset{0}, 100, 1}, config, 1));
  EXPECT_FALSE(is_worth_cleaning({Offset{0}, 100, 0}, config, 1));
  EXPECT_FALSE(is_worth_cleaning({Offset{0}, 0, 0}, config, 1));
}

std::vector<std::size_t> sizes(const CleanableLog& log) {
  std::vector<std::size_t> all;
  for (const SegmentRange& group : group_segments(log, Offset{40}, Offset{40})) all.push_back(group.size());
  return all;
}

TEST(CleanerPlan, GroupsWhatFitsIntoOneSegment) {
  using Sizes = std::vector<std::size_t>;
  CleanableLog log = five_segments();
  EXPECT_EQ(sizes(log), (Sizes{4}));
  log.config.segment_bytes = 200;
  EXPECT_EQ(sizes(log), (Sizes{2, 2}));
  log.config.segment_bytes = 1000;
  log.config.segment_index_bytes = 36;
  EXPECT_EQ(sizes(log), (Sizes{3, 1}));
}

// Offsets within a segment have 31 bits; a segment without bytes has none to count.
TEST(CleanerPlan, GroupsNoMoreOffsetsThanASegmentCanSay) {
  CleanableLog log = five_segments();
  const std::int64_t far = std::numeric_limits<std::int32_t>::max();
  log.segments[3].base_offset = Offset{far - 5};
  log.segments[4].base_offset = Offset{far + 5};
  log.log_end_offset = log.last_stable_offset = Offset{far + 50};
  const auto groups = group_segments(log, Offset{far + 5}, Offset{far + 5});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].size(), 3u);
}

// log.cleaner.io.max.bytes.per.second
TEST(CleanerThrottle, HoldsTheRateOverAnyTime) {
  ManualClock clock;
  CleanerThrottle throttle(1e6);
  EXPECT_EQ(throttle.observe(500'000, clock.now()), std::chrono::milliseconds{500});
  clock.advance(std::chrono::milliseconds{200});
  EXPECT_EQ(throttle.observe(100'000, clock.now()), std::chrono::milliseconds{400});
  clock.advance(std::chrono::seconds{10});
  EXPECT_EQ(throttle.observe(100'000, clock.now()), std::chrono::milliseconds{100});
  EXPECT_EQ(throttle.slice_bytes(), 100'000u);
}

TEST(CleanerThrottle, DoesNotWaitWithoutALimit) {
  ManualClock clock;
  CleanerThrottle throttle(std::numeric_limits<double>::max());
  EXPECT_EQ(throttle.observe(1 << 30, clock.now()), std::chrono::milliseconds{0});
}

}  // namespace
}  // namespace muir::storage
