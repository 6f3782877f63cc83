// What a Log promises when a sync takes its time, and other things happen meanwhile.
#include <gtest/gtest.h>

#include "storage/disk/held_disk.h"
#include "storage/log/test_batches.h"
#include "wire/base/task_group.h"

namespace muir::storage::testing {
namespace {

template <class T>
Task<void> keep(Task<Result<T>> task, std::optional<Result<T>>* into) {
  auto result = co_await task;
  into->emplace(std::move(result));
}

struct LogFlush : ::testing::Test, LogBench {
  LogFlush() { config.segment_bytes = 1 << 20; }
  ~LogFlush() override { held.release_all(); }

  void SetUp() override {
    LogOpenParams params;
    params.directory = "/data/t-0";
    params.config = config;
    auto opened = Log::open(held, std::move(params), clock);
    ASSERT_TRUE(opened);
    log = std::move(*opened);
    ASSERT_TRUE(log->assign_epoch_start_offset(leader_epoch, Offset{0}).run_inline());  // Or the first append would.
    held.hold();
  }
  void begin_flush() { tasks.spawn("flush", keep(log->flush(), &flushed)); }
  bool is_flushed() const { return flushed && *flushed; }

  HeldDisk held{disk};
  TaskGroup tasks;
  std::optional<Result<void>> flushed;
};

TEST_F(LogFlush, WhatIsAppendedDuringASyncIsNotCountedAsDurable) {
  ASSERT_TRUE(append({}));
  begin_flush();
  ASSERT_TRUE(append({}));
  held.release_all();

  EXPECT_TRUE(is_flushed());
  EXPECT_EQ(log->recovery_point(), Offset{1});
  EXPECT_EQ(log->log_end_offset(), Offset{2});
}

TEST_F(LogFlush, CallsThatOverlapShareTheirSyncs) {
  ASSERT_TRUE(append({}));
  begin_flush();
  const auto first = held.syncs();
  std::optional<Result<void>> second, third;
  ASSERT_TRUE(append({}));
  tasks.spawn("flush", keep(log->flush(), &second));
  tasks.spawn("flush", keep(log->flush(), &third));
  held.release_all();

  EXPECT_TRUE(second && *second && third && *third);
  EXPECT_EQ(log->recovery_point(), Offset{2});
  EXPECT_LE(held.syncs() - first, 4u) << "the epochs and two names by the first call, and one sync for the other two";
}

// Below the recovery point nothing is looked at after a crash: a rolled segment's indexes must be there too.
TEST_F(LogFlush, ASegmentThatIsRolledDuringItsSyncHasItsIndexesSyncedToo) {
  ASSERT_TRUE(append({.records = 10, .value_bytes = 10'000}));
  ASSERT_TRUE(append({.records = 10, .value_bytes = 10'000}));
  begin_flush();
  std::optional<Result<Offset>> rolled;
  tasks.spawn("roll", keep(log->roll(), &rolled));
  ASSERT_TRUE(rolled && *rolled);
  held.release_all();
  ASSERT_TRUE(is_flushed());
  ASSERT_EQ(log->recovery_point(), Offset{20});

  const OwnedBytes index = disk.content("/data/t-0/00000000000000000000.index");
  ASSERT_FALSE(index.empty());
  log.reset();
  disk.crash();
  EXPECT_EQ(disk.content("/data/t-0/00000000000000000000.index"), index);
}

TEST_F(LogFlush, ASegmentThatRetentionRemovesDuringItsSyncIsNoFailure) {
  ASSERT_TRUE(append({}));
  held.release_all();
  ASSERT_TRUE(log->roll().run_inline());
  ASSERT_TRUE(append({}));
  ASSERT_TRUE(log->roll().run_inline());
  ASSERT_TRUE(append({}));
  LogConfig now = config;
  now.retention_ms = 1;
  now.file_delete_delay_ms = 0;
  log->set_config(now);
  log->set_high_watermark(log->log_end_offset());
  held.hold();
  begin_flush();
  ASSERT_GT(held.held(), 0u);

  clock.advance(std::chrono::hours(1));
  std::optional<Result<std::size_t>> deleted;
  tasks.spawn("retention", keep(log->delete_old_segments(), &deleted));
  for (const std::string& path : disk.paths()) {
    if (path.ends_with(".deleted")) disk.remove(path).get().value();  // As the chores do.
  }
  held.release_all();

  EXPECT_TRUE(is_flushed());
  ASSERT_TRUE(deleted && *deleted);
  EXPECT_EQ(**deleted, 3u);
  EXPECT_FALSE(log->is_offline());
}

TEST_F(LogFlush, AFailedSyncIsTheEndWhateverTheError) {
  ASSERT_TRUE(append({}));
  held.release_all();
  disk.fail_from(disk.operations(), ENOSPC);

  EXPECT_EQ(log->flush().run_inline().error(), Errc::log_offline);
  disk.heal();
  EXPECT_EQ(log->flush().run_inline().error(), Errc::log_offline);
  EXPECT_TRUE(log->is_offline());
}

}  // namespace
}  // namespace muir::storage::testing
