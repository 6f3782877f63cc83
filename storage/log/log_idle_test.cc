// What a Log costs that nobody uses: thousands of them share a few descriptors, and none is synced for nothing.
#include <gtest/gtest.h>

#include "storage/disk/open_files.h"
#include "storage/log/checkpoint_file.h"
#include "storage/log/partition_metadata.h"
#include "storage/log/test_batches.h"

namespace muir::storage {
namespace {

using testing::LogBench;
using testing::make_batch;

// Several logs of one shard, which may keep one file open.
struct ManyLogs : ::testing::Test {
  ManyLogs() {
    open_files.use_on_this_thread();
    EXPECT_TRUE(disk.create_directory("/data").get());
    for (int i = 0; i < 4; ++i) open();
  }

  void open() {
    LogOpenParams params;
    params.directory = "/data/t-" + std::to_string(logs.size());
    auto opened = Log::open(disk, params, clock);
    ASSERT_TRUE(opened) << opened.error().message();
    logs.push_back(std::move(*opened));
  }
  Result<AppendInfo> append(Log& log) {
    OwnedBytes bytes = make_batch({.value_bytes = 100});
    auto info = log.append_as_leader(bytes, Epoch{0}).run_inline();
    log.set_high_watermark(log.log_end_offset());
    return info;
  }

  ManualClock clock{testing::kTestTime};
  FaultyDisk disk;
  OpenFiles open_files{1};
  std::vector<std::unique_ptr<Log>> logs;
};

TEST_F(ManyLogs, HoldNoFileThatNobodyUses) {
  EXPECT_EQ(open_files.size(), 0u);
  for (int turn = 0; turn < 3; ++turn)
    for (const auto& log : logs) {
      ASSERT_TRUE(append(*log));
      EXPECT_EQ(open_files.size(), 1u);
    }
  for (const auto& log : logs) {
    const auto slice = log->read(Offset{1}, 1 << 20, true, Offset{3}).get();
    ASSERT_TRUE(slice);
    EXPECT_EQ(slice->base_offset, Offset{1});
    EXPECT_GT(slice->bytes.size_bytes, 200u);
  }
}

TEST_F(ManyLogs, ASliceKeepsItsFileThroughATruncationWhileOthersWantDescriptors) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(*logs[0]));
  const auto slice = logs[0]->read(Offset{0}, 1 << 20, true, Offset{3}).get();
  ASSERT_TRUE(slice);
  OwnedBytes before(slice->bytes.size_bytes), after(slice->bytes.size_bytes);
  ASSERT_TRUE(slice->bytes.file->read(slice->bytes.position, before).get());

  for (const auto& log : logs) ASSERT_TRUE(append(*log));
  ASSERT_TRUE(logs[0]->truncate_to(Offset{1}).run_inline());
  ASSERT_TRUE(append(*logs[0]));

  ASSERT_TRUE(slice->bytes.file->read(slice->bytes.position, after).get());
  EXPECT_EQ(before, after);
}

// The first log's bytes could not be written when the second needed its descriptor.  That must not be forgotten.
TEST_F(ManyLogs, AWriteErrorIsTheLogsItHappenedTo) {
  ASSERT_TRUE(append(*logs[0]));
  ASSERT_TRUE(append(*logs[1]));
  ASSERT_TRUE(logs[1]->flush().run_inline());
  ASSERT_TRUE(append(*logs[0]));
  // The next append to the second syncs the first.
  disk.fail_operation(disk.operations());
  ASSERT_TRUE(append(*logs[1]));

  EXPECT_EQ(logs[0]->flush().run_inline().error(), Errc::log_offline);
  EXPECT_TRUE(logs[0]->is_offline());
  EXPECT_LT(logs[0]->recovery_point(), Offset{2});
  EXPECT_FALSE(logs[1]->is_offline());
}

TEST(IdleLog, IsClosedWithoutASync) {
  LogBench bench;
  bench.open();
  ASSERT_TRUE(bench.append({}));
  bench.close();
  bench.open(true);
  const std::uint64_t before = bench.disk.operations();

  ASSERT_TRUE(bench.log->close().run_inline());

  EXPECT_LE(bench.disk.operations() - before, 1u) << "it asks whether there is a transaction index";
}

TEST(NewLog, BeginsWithTheEpochOfItsLeader) {
  LogBench bench;
  LogOpenParams params;
  params.directory = "/data/t-0";
  params.first_epoch = Epoch{5};
  const auto log = Log::open(bench.disk, params, bench.clock);
  ASSERT_TRUE(log);
  EXPECT_EQ(as_text(bench.disk.content("/data/t-0/leader-epoch-checkpoint")), "0\n1\n5 0\n");
  const std::uint64_t before = bench.disk.operations();

  EXPECT_TRUE((*log)->assign_epoch_start_offset(Epoch{5}, Offset{0}).run_inline());

  EXPECT_EQ(bench.disk.operations(), before);
}

// A directory costs no sync of names when it is made; the first record that is promised to be durable brings them all.
TEST(NewLog, HasDurableNamesWithItsFirstFlush) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    LogBench bench(seed);
    LogOpenParams params;
    params.directory = "/data/t-0";
    params.topic_id = Uuid::from_halves(1, 2);
    params.first_epoch = Epoch{0};
    auto log = Log::open(bench.disk, params, bench.clock);
    ASSERT_TRUE(log);
    bench.log = std::move(*log);
    ASSERT_TRUE(bench.append({}));
    ASSERT_TRUE(bench.log->flush().run_inline());

    bench.crash();

    const auto id = read_partition_metadata(bench.disk, "/data/t-0").run_inline();
    ASSERT_TRUE(id && *id) << "seed " << seed;
    EXPECT_EQ(**id, *params.topic_id);
    bench.open();
    EXPECT_EQ(bench.log->log_end_offset(), Offset{1});
    EXPECT_EQ(bench.log->leader_epochs().latest_epoch(), Epoch{0});
  }
}

}  // namespace
}  // namespace muir::storage
