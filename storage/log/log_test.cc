#include "storage/log/log.h"

#include <gtest/gtest.h>

#include "storage/log/test_batches.h"

namespace muir::storage {
namespace {

using testing::BatchSpec;
using testing::LogBench;
using testing::make_batch;

Offset first_offset_of(const Result<OwnedBytes>& bytes) { return wire::BatchView::parse(*bytes).value().base_offset(); }

TEST(Log, AssignsOffsetsAndGivesTheBatchesBack) {
  LogBench bench;
  bench.open();
  bench.leader_epoch = Epoch{7};

  EXPECT_EQ(bench.append({.records = 3})->first_offset, Offset{0});
  const auto info = bench.append({.records = 2, .timestamp = testing::kTestTime + 50});

  ASSERT_TRUE(info);
  EXPECT_EQ(info->first_offset, Offset{3});
  EXPECT_EQ(info->last_offset, Offset{4});
  EXPECT_EQ(info->max_timestamp, testing::kTestTime + 51);
  EXPECT_EQ(bench.log->log_end_offset(), Offset{5});
  const auto all = bench.read(Offset{0});
  ASSERT_TRUE(all);
  const auto first = wire::BatchView::parse(*all).value();
  EXPECT_EQ(first.leader_epoch(), Epoch{7});
  EXPECT_TRUE(first.crc_is_valid());
  EXPECT_EQ(all->size(), info->size_bytes + first.size_bytes());
  EXPECT_EQ(first_offset_of(bench.read(Offset{4})), Offset{3}) << "the batch that contains the offset";
}

TEST(Log, LooksAsideAtABatchThatUnfoldsToMuch) {
  LogBench bench;
  bench.open();
  using wire::CompressionType;
  ASSERT_TRUE(bench.append({.value_bytes = 200'000, .compression = CompressionType::zstd}));
  ASSERT_TRUE(bench.append({.value_bytes = 50'000, .compression = CompressionType::gzip}));
  ASSERT_TRUE(bench.append({.value_bytes = 900'000}));
  EXPECT_EQ(bench.disk.asides(), 0);
  ASSERT_TRUE(bench.append({.value_bytes = 300'000, .compression = CompressionType::zstd}));
  ASSERT_TRUE(bench.append({.value_bytes = 70'000, .compression = CompressionType::gzip}));
  EXPECT_EQ(bench.disk.asides(), 2);
  EXPECT_EQ(bench.log->log_end_offset(), Offset{5});
}

TEST(Log, CompressesAsideWhatIsLarge) {
  LogBench bench;
  bench.config.compression = wire::CompressionType::gzip;
  bench.open();
  ASSERT_TRUE(bench.append({.value_bytes = 10'000}));
  EXPECT_EQ(bench.disk.asides(), 0);
  ASSERT_TRUE(bench.append({.value_bytes = 20'000}));
  EXPECT_EQ(bench.disk.asides(), 1);
  EXPECT_EQ(bench.log->log_end_offset(), Offset{2});
}

TEST(Log, ReadsNothingAtItsEndAndFailsBeyond) {
  LogBench bench;
  bench.open();
  ASSERT_TRUE(bench.append({.records = 2}));

  EXPECT_TRUE(bench.read(Offset{2})->empty());
  EXPECT_EQ(bench.read(Offset{3}).error(), Errc::offset_out_of_range);
  EXPECT_EQ(bench.read(Offset{-1}).error(), Errc::offset_out_of_range);
  EXPECT_TRUE(bench.read(Offset{0}, 1 << 20, true, Offset{0})->empty()) << "nothing below the upper bound";
}

TEST(Log, ReturnsWholeBatchesUpToALimitButNeverFewerThanOne) {
  LogBench bench;
  bench.open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(bench.append({.value_bytes = 1000}));
  const std::size_t batch_bytes = bench.read(Offset{0}, 1)->size();

  EXPECT_GT(batch_bytes, 1000u) << "one batch although it is too large";
  EXPECT_TRUE(bench.read(Offset{0}, 1, false)->empty());
  EXPECT_EQ(bench.read(Offset{2}, batch_bytes * 3 + 7)->size(), batch_bytes * 3);
  EXPECT_EQ(bench.read(Offset{2}, batch_bytes * 3)->size(), batch_bytes * 3);
  EXPECT_EQ(bench.read(Offset{2}, 1 << 30, true, Offset{4})->size(), batch_bytes * 2) << "to the upper bound";
}

TEST(Log, RollsBySizeAndReadsAcrossSegments) {
  LogBench bench;
  bench.config.segment_bytes = 3000;
  bench.config.index_interval_bytes = 100;
  bench.open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(bench.append({.value_bytes = 500}));

  EXPECT_GT(bench.log->segment_count(), 3u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(first_offset_of(bench.read(Offset{i})), Offset{i});
  EXPECT_TRUE(bench.disk.exists("/data/t-0/00000000000000000005.snapshot"));
}

TEST(Log, ComesBackFromACleanStop) {
  LogBench bench;
  bench.config.segment_bytes = 3000;
  bench.open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(bench.append({.value_bytes = 500}));
  bench.close();
  bench.disk.crash();  // Everything had been synced.

  bench.open(true);

  EXPECT_EQ(bench.log->log_end_offset(), Offset{20});
  EXPECT_EQ(bench.log->recovery_point(), Offset{20});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(first_offset_of(bench.read(Offset{i})), Offset{i});
}

TEST(Log, CutsOffOnlyTheTornBatch) {
  LogBench bench;
  bench.open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(bench.append({}));
  bench.log.reset();
  bench.disk.lose_last_bytes("/data/t-0/00000000000000000000.log", 5);

  bench.open();

  EXPECT_EQ(bench.log->log_end_offset(), Offset{4});
  EXPECT_EQ(first_offset_of(bench.read(Offset{3})), Offset{3});
  EXPECT_EQ(bench.append({})->first_offset, Offset{4});
}

TEST(Log, CutsOffWhereABitFlippedAndDropsLaterSegments) {
  LogBench bench;
  bench.config.segment_bytes = 200;
  bench.open();
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(bench.append({}));
  ASSERT_GT(bench.log->segment_count(), 2u);
  bench.log.reset();
  bench.disk.flip_bit("/data/t-0/00000000000000000000.log", 80 + 40, 3);

  bench.open();

  EXPECT_EQ(bench.log->log_end_offset(), Offset{1});
  EXPECT_EQ(bench.log->segment_count(), 1u);
}

}  // namespace
}  // namespace muir::storage
