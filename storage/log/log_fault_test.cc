// What a Log does when its disk fails.
#include <cerrno>

#include <gtest/gtest.h>

#include "storage/log/test_batches.h"

namespace muir::storage {
namespace {

using testing::BatchSpec;
using testing::LogBench;

// Appends, rolls, truncates, flushes and closes, and says which offsets were promised to be durable.  Stops at the
// first failure, as a broker's partition does.
Offset use(LogBench& bench) {
  Offset durable{0};
  const auto opened = bench.try_open();
  if (!opened) return durable;
  Log& log = **opened;
  const auto append = [&](int count) {
    for (int i = 0; i < count; ++i) {
      OwnedBytes bytes = testing::make_batch({.value_bytes = 300});
      if (!log.append_as_leader(bytes, Epoch{1}).run_inline()) return false;
      log.set_high_watermark(log.log_end_offset());
    }
    return true;
  };
  if (!append(6)) return durable;
  if (!log.flush().run_inline()) return durable;
  durable = log.recovery_point();
  bench.recovery_point = durable;
  if (!append(3) || !log.truncate_to(Offset{8}).run_inline()) return durable;
  if (!append(4) || !log.roll().run_inline() || !append(1)) return durable;
  if (!log.do_chores().run_inline() || !log.close().run_inline()) return durable;
  durable = log.recovery_point();
  return durable;
}

TEST(LogFault, LosesNothingDurableWhicheverOperationFails) {
  std::uint64_t number = 0;
  for (bool undisturbed = false; !undisturbed; ++number) {
    for (const bool power_cut : {false, true}) {
      LogBench bench(number);
      bench.config.segment_bytes = 1500;
      const std::uint64_t before = bench.disk.operations();
      bench.disk.fail_operation(before + number);
      const Offset durable = use(bench);
      undisturbed = bench.disk.operations() <= before + number;
      bench.disk.heal();
      if (power_cut) bench.disk.crash();

      const auto again = bench.try_open();

      ASSERT_TRUE(again) << "after operation " << number << ": " << again.error().message();
      bench.log.reset();
      LogBench* const reader = &bench;
      reader->open();
      EXPECT_GE(reader->log->log_end_offset(), durable) << "after operation " << number;
      for (Offset at{0}; at < durable; ++at) {
        const auto bytes = reader->read(at, 1);
        ASSERT_TRUE(bytes && !bytes->empty()) << "offset " << at.value << " after operation " << number;
        EXPECT_TRUE(wire::BatchView::parse(*bytes)->crc_is_valid());
      }
      EXPECT_TRUE(reader->append({})) << "after operation " << number;
    }
  }
  EXPECT_GT(number, 60u) << "the story is long enough to mean something";
}

TEST(LogFault, AFullDiskRefusesTheAppendAndNothingElse) {
  LogBench bench;
  bench.open();
  ASSERT_TRUE(bench.append({}));
  const auto before = bench.disk.content("/data/t-0/00000000000000000000.log");
  bench.disk.set_capacity(500);

  EXPECT_EQ(bench.append({.value_bytes = 1000}).error(), Errc::disk_full);

  EXPECT_EQ(bench.disk.content("/data/t-0/00000000000000000000.log"), before) << "cut back to the last whole batch";
  EXPECT_FALSE(bench.read(Offset{0})->empty());
  bench.disk.set_capacity(1 << 20);
  EXPECT_EQ(bench.append({.value_bytes = 1000})->first_offset, Offset{1});
}

// Appends of various sizes into small segments while the disk is full at any possible moment, and goes on being full
// for a while: each append is wholly there or refused, and nothing that was taken is ever lost.
TEST(LogFault, AFullDiskLosesNothingWhicheverOperationMeetsIt) {
  std::uint64_t number = 0;
  for (bool undisturbed = false; !undisturbed; ++number) {
    LogBench bench(number);
    bench.config.segment_bytes = 1500;
    bench.open();
    const std::uint64_t first = bench.disk.operations() + number;
    bench.disk.fill_between(first, first + 2 + number % 5);
    std::vector<Offset> taken;
    int refused = 0;
    for (int i = 0; i < 32; ++i) {
      bench.leader_epoch = Epoch{i / 6};
      const auto info = bench.append({.value_bytes = i % 3 == 0 ? std::size_t{700} : std::size_t{60}});
      if (info) {
        taken.push_back(info->first_offset);
      } else {
        ++refused;
        ASSERT_EQ(info.error(), Errc::disk_full) << "append " << i << ", operation " << number;
      }
      ASSERT_FALSE(bench.log->is_offline()) << "append " << i << ", operation " << number;
      if (i == 12) {
        ASSERT_TRUE(bench.log->delete_old_segments().run_inline()) << "operation " << number;
      }
    }
    undisturbed = bench.disk.operations() <= first;
    EXPECT_LE(refused, 7) << "it goes on when there is space";

    // Neither a kill, which keeps the page cache, nor a power cut after a flush costs anything.
    const bool power_cut = number % 2 == 1;
    bench.disk.heal();
    if (power_cut) {
      ASSERT_TRUE(bench.log->flush().run_inline()) << "operation " << number;
      bench.checkpoint();
    }
    std::vector<EpochEntry> epochs = bench.log->leader_epochs().entries();
    if (epochs.back().start_offset > taken.back()) epochs.pop_back();  // All of its appends were refused.
    bench.log.reset();
    if (power_cut) bench.disk.crash();
    bench.open();

    EXPECT_EQ(bench.log->log_end_offset(), taken.back() + 1) << "operation " << number;
    EXPECT_EQ(bench.log->leader_epochs().entries(), epochs) << "operation " << number;
    for (const Offset offset : taken) {
      const auto bytes = bench.read(offset, 1);
      ASSERT_TRUE(bytes && !bytes->empty()) << "offset " << offset.value << ", operation " << number;
      EXPECT_EQ(wire::BatchView::parse(*bytes)->base_offset(), offset);
    }
  }
  EXPECT_GT(number, 100u) << "the story is long enough to mean something";
}

// A sync that fails for want of space has lost what it was to write, unlike a write that fails so.
TEST(LogFault, AFailedSyncIsNeverTakenForAFullDisk) {
  LogBench bench;
  bench.open();
  ASSERT_TRUE(bench.append({}));
  bench.disk.fail_operation(bench.disk.operations(), ENOSPC);

  EXPECT_EQ(bench.log->flush().run_inline().error(), Errc::log_offline);
  EXPECT_TRUE(bench.log->is_offline());
}

// A roll that found no room leaves no name behind: else the small append after it would be lost at the next start.
TEST(LogFault, ARollWithoutRoomLeavesNoEmptySegmentAmidTheLog) {
  int refused = 0;
  for (std::uint64_t operation = 0; operation < 20; ++operation) {
    SCOPED_TRACE(operation);
    LogBench bench;
    bench.config.segment_bytes = 2000;
    bench.open();
    ASSERT_TRUE(bench.append({.value_bytes = 1000}));
    const std::uint64_t next = bench.disk.operations() + operation;
    bench.disk.fill_between(next, next);
    const auto appended = bench.append({.value_bytes = 1000});
    if (appended) continue;  // It needed no room there.
    ++refused;
    ASSERT_EQ(appended.error(), Errc::disk_full);
    ASSERT_EQ(bench.append({.value_bytes = 10})->first_offset, Offset{1});

    bench.log.reset();
    bench.open();

    EXPECT_LE(bench.log->segment_count(), 2u);
    EXPECT_EQ(bench.log->log_end_offset(), Offset{2});
    EXPECT_TRUE(bench.read(Offset{1}));
  }
  EXPECT_GE(refused, 4) << "the files of the new segment, and its first batch";
}

TEST(LogFault, AnEmptySegmentAmidTheLogIsDropped) {
  LogBench bench;
  bench.open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(bench.append({}));
  bench.disk.put("/data/t-0/00000000000000000001.log", {});
  bench.disk.put("/data/t-0/00000000000000000001.index", {});
  bench.disk.put("/data/t-0/00000000000000000001.timeindex", {});

  bench.log.reset();
  bench.open();

  EXPECT_EQ(bench.log->segment_count(), 1u);
  EXPECT_EQ(bench.log->log_end_offset(), Offset{3});
}

TEST(LogFault, AFailedSyncTakesTheLogOfflineForGood) {
  LogBench bench;
  bench.open();
  ASSERT_TRUE(bench.append({}));
  bench.disk.fail_operation(bench.disk.operations());

  EXPECT_EQ(bench.log->flush().run_inline().error(), Errc::log_offline);

  EXPECT_TRUE(bench.log->is_offline());
  EXPECT_EQ(bench.log->flush().run_inline().error(), Errc::log_offline) << "not retried as if it could still work";
  EXPECT_EQ(bench.append({}).error(), Errc::log_offline);
  EXPECT_FALSE(bench.read(Offset{0})->empty()) << "reads go on";
}

TEST(LogFault, ASliceKeepsItsBytesThroughTruncationAndDeletion) {
  LogBench bench;
  bench.open();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(bench.append({}));
  const auto slice = bench.log->read(Offset{0}, 1 << 20, true, Offset{4}).get();
  ASSERT_TRUE(slice);
  OwnedBytes before(slice->bytes.size_bytes), after(slice->bytes.size_bytes);
  ASSERT_TRUE(slice->bytes.file->read(slice->bytes.position, before).get());

  ASSERT_EQ(bench.log->truncate_to(Offset{1}).run_inline().value(), 3);
  ASSERT_TRUE(bench.append({.value_bytes = 77}));
  ASSERT_TRUE(bench.log->mark_deleted().run_inline());

  EXPECT_EQ(slice->bytes.file->read(slice->bytes.position, after).get().value(), after.size());
  EXPECT_EQ(before, after);
}

TEST(LogFault, RefusesADirectoryOfAnotherTopic) {
  LogBench bench;
  LogOpenParams params;
  params.directory = "/data/t-0";
  params.topic_id = Uuid::from_halves(1, 2);
  ASSERT_TRUE(Log::open(bench.disk, params, bench.clock));
  params.topic_id = Uuid::from_halves(1, 3);

  EXPECT_EQ(Log::open(bench.disk, params, bench.clock).error(), Errc::inconsistent_topic_id);
}

TEST(LogFault, RebuildsDamagedIndexes) {
  LogBench bench;
  bench.config.segment_bytes = 2000;
  bench.config.index_interval_bytes = 100;
  bench.open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(bench.append({.value_bytes = 200}));
  bench.close();
  const std::string index = "/data/t-0/00000000000000000000.index";
  const OwnedBytes whole = bench.disk.content(index);
  ASSERT_GT(whole.size(), 8u);
  bench.disk.lose_last_bytes(index, 3);

  bench.open(true);

  EXPECT_EQ(bench.disk.content(index), whole);
  EXPECT_EQ(bench.log->log_end_offset(), Offset{20});
}

TEST(LogFault, TakesThePreallocatedTailOfAnIndexForUnusedSpace) {
  LogBench bench;
  bench.config.index_interval_bytes = 100;
  bench.open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(bench.append({.value_bytes = 200}));
  bench.close();
  for (const char* name : {"/data/t-0/00000000000000000000.index", "/data/t-0/00000000000000000000.timeindex"}) {
    OwnedBytes padded = bench.disk.content(name);
    padded.resize(240 * 100);
    bench.disk.put(name, padded);
  }

  bench.open(true);

  EXPECT_EQ(bench.log->log_end_offset(), Offset{20});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(wire::BatchView::parse(*bench.read(Offset{i}))->base_offset(), Offset{i});
  EXPECT_TRUE(bench.append({}));
}

}  // namespace
}  // namespace muir::storage
