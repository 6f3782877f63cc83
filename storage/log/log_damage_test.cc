// What a Log does with files whose bits have flipped.
#include <gtest/gtest.h>

#include "storage/log/test_batches.h"

namespace muir::storage {
namespace {

using testing::LogBench;

constexpr int kBatches = 14;
constexpr int kRecords = 3;
constexpr std::size_t kEpochBegins = 12, kEpochEnds = 16;  // Outside of the CRC, and of no record.
const std::string kFirstSegment = "/data/t-0/00000000000000000000";

Offset base_of(int batch) { return Offset{batch * kRecords}; }

// Cleanly stopped, with two closed segments and an active one, and index entries.
void write(LogBench& bench) {
  bench.config.segment_bytes = 700;
  bench.config.index_interval_bytes = 200;
  bench.open();
  for (int i = 0; i < kBatches; ++i)
    ASSERT_TRUE(bench.append({.records = kRecords, .timestamp = testing::kTestTime + 10 * i, .value_bytes = 12}));
  ASSERT_GE(bench.log->segment_count(), 3u);
  bench.close();
}

// Every batch as it was appended; the leader epoch may differ.
std::vector<OwnedBytes> read_all(LogBench& bench) {
  std::vector<OwnedBytes> batches;
  for (int i = 0; i < kBatches; ++i) batches.push_back(bench.read(base_of(i), 1).value());
  return batches;
}

bool is_same(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && (i < kEpochBegins || i >= kEpochEnds)) return false;
  return true;
}

// Asks for every offset; how many batches were refused.
int refused_of(LogBench& bench, const std::vector<OwnedBytes>& expected, const std::string& what) {
  int refused = 0;
  for (int i = 0; i < kBatches; ++i) {
    for (int record = 0; record < kRecords; ++record) {
      const auto bytes = bench.read(base_of(i) + record, 1);
      if (!bytes) {
        EXPECT_TRUE(is_damage(bytes.error())) << what << ": " << bytes.error().message();
        EXPECT_FALSE(bench.log->corruption().file.empty()) << what;
        refused += record == 0;
        continue;
      }
      EXPECT_TRUE(is_same(*bytes, expected[static_cast<std::size_t>(i)]))
          << what << ": a wrong batch for offset " << (base_of(i) + record).value;
    }
  }
  return refused;
}

void check_timestamps(LogBench& bench, const std::string& what) {
  for (int i = 0; i < kBatches; i += 2) {
    const auto found = bench.log->offset_for_timestamp(testing::kTestTime + 10 * i).run_inline();
    if (!found) {
      EXPECT_TRUE(is_damage(found.error())) << what << ": " << found.error().message();
      continue;
    }
    ASSERT_TRUE(*found) << what << ": no record of the time of batch " << i;
    EXPECT_EQ((*found)->offset, base_of(i)) << what << ": by time";
  }
}

// Flips `bits` of every byte of every file that ends in `suffix`, one at a time; calls `check` on the opened log.
template <class Check>
int flip_everywhere(std::string_view suffix, Check check, std::size_t bits = 1) {
  LogBench original;
  write(original);
  original.open(true);
  const auto expected = read_all(original);
  int flips = 0;
  for (const std::string& path : original.disk.paths()) {
    if (!path.ends_with(suffix)) continue;
    const std::size_t size = original.disk.content(path).size();
    for (std::size_t i = 0; i < size * bits; ++i, ++flips) {
      const std::size_t at = i / bits, bit = (at * 5 + i % bits) % 8;
      LogBench bench;
      write(bench);
      bench.disk.flip_bit(path, at, static_cast<int>(bit));
      const std::string what = path + " byte " + std::to_string(at) + " bit " + std::to_string(bit);
      const auto opened = bench.try_open(true);
      EXPECT_TRUE(opened) << what << ": " << opened.error().message();
      if (!opened) continue;
      bench.open(true);
      check(bench, expected, what);
    }
  }
  return flips;
}

TEST(LogDamage, NoFlippedBitOfASegmentIsHandedOut) {
  const int flips = flip_everywhere(".log", [](LogBench& bench, const auto& expected, const std::string& what) {
    refused_of(bench, expected, what);
    check_timestamps(bench, what);
    // Whatever the end of the log looks like, no offset is given twice.
    const auto appended = bench.append({});
    ASSERT_TRUE(appended) << what;
    EXPECT_GE(appended->first_offset, base_of(kBatches)) << what;
  });
  EXPECT_GT(flips, 1000);
}

TEST(LogDamage, AFlippedBitOfAnIndexChangesNoAnswer) {
  for (const std::string_view suffix : {".index", ".timeindex"}) {
    const auto check = [](LogBench& bench, const auto& expected, const std::string& what) {
      EXPECT_EQ(refused_of(bench, expected, what), 0) << what;
      check_timestamps(bench, what);
      EXPECT_EQ(bench.log->log_end_offset(), base_of(kBatches)) << what;
    };
    const int flips = flip_everywhere(suffix, check, 8);
    EXPECT_GT(flips, 20) << suffix;
  }
}

TEST(LogDamage, AFlippedBitOfATimeIndexMakesNoRecordOld) {
  flip_everywhere(".timeindex", [](LogBench& bench, const auto&, const std::string& what) {
    bench.config.retention_ms = 1000;
    bench.log->set_config(bench.config);
    const auto deleted = bench.log->delete_old_segments().run_inline();
    ASSERT_TRUE(deleted) << what;
    EXPECT_EQ(*deleted, 0u) << what;
  });
}

TEST(LogDamage, AFlippedBitOfASnapshotOrOfTheEpochsIsMended) {
  for (const std::string_view suffix : {".snapshot", "leader-epoch-checkpoint"}) {
    flip_everywhere(suffix, [](LogBench& bench, const auto& expected, const std::string& what) {
      EXPECT_EQ(refused_of(bench, expected, what), 0) << what;
      EXPECT_EQ(bench.log->log_end_offset(), base_of(kBatches)) << what;
    });
  }
}

TEST(LogDamage, LostEpochsAreReadOutOfTheBatches) {
  LogBench bench;
  bench.open();
  for (int i = 0; i < 6; ++i) {
    bench.leader_epoch = Epoch{i / 2};
    ASSERT_TRUE(bench.append({}));
  }
  const auto before = bench.log->leader_epochs().entries();
  ASSERT_EQ(before.size(), 3u);
  bench.close();
  bench.disk.put("/data/t-0/leader-epoch-checkpoint", OwnedBytes(20, std::byte{'x'}));

  bench.open(true);

  EXPECT_EQ(bench.log->leader_epochs().entries(), before);
  EXPECT_EQ(bench.log->recovery().mended, "leader-epoch-checkpoint");
}

TEST(LogDamage, AWrongLogStartCheckpointDeletesNothingAfterACleanStop) {
  LogBench bench;
  write(bench);
  bench.log_start_offset = Offset{1'000'000};

  bench.open(true);

  EXPECT_EQ(bench.log->log_end_offset(), base_of(kBatches));
  EXPECT_EQ(bench.log->log_start_offset(), Offset{0});
}

// The medium rots under a running broker: what is still in memory is as good as ever, what is read anew is looked at.
TEST(LogDamage, WhatHasLeftThePageCacheIsVerifiedAgain) {
  LogBench bench;
  bench.open();
  for (int i = 0; i < kBatches; ++i) ASSERT_TRUE(bench.append({.records = kRecords}));
  const auto expected = read_all(bench);
  const auto batch_bytes = expected[0].size();
  bench.clock.advance(std::chrono::minutes(1));
  ASSERT_EQ(refused_of(bench, expected, "before"), 0);

  bench.disk.evict(kFirstSegment + ".log");
  bench.disk.flip_bit(kFirstSegment + ".log", 4 * batch_bytes + 70, 3);

  EXPECT_EQ(bench.read(base_of(4), 1).error(), Errc::corrupt_batch);
  EXPECT_EQ(bench.log->corruption().position, 4 * batch_bytes);
  EXPECT_EQ(bench.log->corruption().offset, base_of(4));
  EXPECT_EQ(refused_of(bench, expected, "after"), 1) << "all others are handed out";
  EXPECT_EQ(bench.read(base_of(0))->size(), 4 * batch_bytes) << "a long read ends before the damage";
}

TEST(LogDamage, WhatIsFreshOrWasVerifiedCostsNoRead) {
  LogBench bench;
  bench.open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(bench.append({}));
  std::uint64_t before = bench.disk.operations();
  const auto slice = bench.log->read(Offset{4}, 1 << 20, true, Offset{5}).get();
  ASSERT_TRUE(slice && slice->bytes.size_bytes > 0);
  EXPECT_EQ(bench.disk.operations(), before) << "the tail is fresh";

  bench.close();
  bench.open(true);
  ASSERT_TRUE(bench.log->read(Offset{0}, 1 << 20, true, Offset{5}).get());
  before = bench.disk.operations();
  ASSERT_TRUE(bench.log->read(Offset{0}, 1 << 20, true, Offset{5}).get());
  const std::uint64_t second = bench.disk.operations() - before;
  bench.disk.evict(kFirstSegment + ".log");
  before = bench.disk.operations();
  ASSERT_TRUE(bench.log->read(Offset{0}, 1 << 20, true, Offset{5}).get());
  EXPECT_GT(bench.disk.operations() - before, second) << "computed anew only when it has left memory";
}

}  // namespace
}  // namespace muir::storage
