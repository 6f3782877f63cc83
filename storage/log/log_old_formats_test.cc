// A log with messages of formats 0 and 1, as a cluster from before Kafka 0.11 has left it.
#include "storage/log/test_cleaning.h"
#include "wire/record/test_legacy_messages.h"

namespace muir::storage::testing {
namespace {

using wire::CompressionType;
using wire::testing::make_old;
using wire::testing::make_old_wrapper;
using wire::testing::OldMessage;

OwnedBytes operator+(OwnedBytes one, const OwnedBytes& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

// Offsets 0 and 1 in format 0, 2 to 4 in a wrapper of it, 5 in format 1, 6 to 8 in a wrapper of that.
struct OldLog : CleaningBench {
  OldLog() {
    config.segment_bytes = 1 << 20;
    first = make_old(0, {0, "a", "0", 0}) + make_old(0, {1, "b", "1", 0});
    second =
        make_old_wrapper(0, CompressionType::gzip, {{2, "a", "2", 0}, {3, "c", "3", 0}, {4, "b", std::nullopt, 0}});
    third = make_old(1, {5, "c", "5", kTestTime + 5});
    fourth =
        make_old_wrapper(1, CompressionType::gzip,
                         {{6, "d", "6", kTestTime + 60}, {7, "a", "7", kTestTime + 70}, {8, "e", "8", kTestTime + 8}});
    open();
    for (const OwnedBytes& bytes : {first, second, third, fourth}) EXPECT_TRUE(replicate(bytes));
  }
  OwnedBytes all() const { return first + second + third + fourth; }

  OwnedBytes first, second, third, fourth;
};

TEST(LogOldFormats, ServesTheMessagesAsTheyStand) {
  OldLog bench;
  EXPECT_EQ(bench.log->log_end_offset(), Offset{9});
  EXPECT_EQ(bench.read(Offset{0}).value(), bench.all());
  for (const std::int64_t within : {2, 3, 4})
    EXPECT_EQ(bench.read(Offset{within}).value(), bench.second + bench.third + bench.fourth) << within;
  for (const std::int64_t within : {6, 7, 8}) EXPECT_EQ(bench.read(Offset{within}).value(), bench.fourth) << within;
  EXPECT_EQ(bench.read(Offset{2}, 1).value(), bench.second) << "at least one, and whole";
}

TEST(LogOldFormats, FindsRecordsByTheirTime) {
  OldLog bench;
  const auto find = [&](std::int64_t time) {
    const auto found = bench.log->offset_for_timestamp(time).run_inline().value();
    return found ? found->offset.value : -1;
  };
  EXPECT_EQ(find(0), 5) << "format 0 has no times";
  EXPECT_EQ(find(kTestTime + 6), 6);
  EXPECT_EQ(find(kTestTime + 61), 7);
  EXPECT_EQ(find(kTestTime + 71), -1);
  EXPECT_EQ(bench.log->offset_of_max_timestamp().run_inline().value()->offset, Offset{7});
}

// Kafka takes the time of the file for that of its messages, and looks no further.
TEST(LogOldFormats, FindsNothingBehindASegmentWithoutTimes) {
  CleaningBench bench;
  bench.open();
  ASSERT_TRUE(bench.replicate(make_old(0, {0, "a", "0", 0})));
  ASSERT_TRUE(bench.log->roll().run_inline());
  ASSERT_TRUE(bench.replicate(make_old(1, {1, "b", "1", kTestTime + 5})));
  EXPECT_FALSE(*bench.log->offset_for_timestamp(kTestTime).run_inline());
  EXPECT_EQ((*bench.log->offset_for_timestamp(kTestTime + 1).run_inline())->offset, Offset{1});
}

TEST(LogOldFormats, RecoversAllOfThemAfterACrash) {
  OldLog bench;
  ASSERT_TRUE(bench.log->flush().run_inline());
  bench.crash();
  bench.open();
  EXPECT_EQ(bench.log->log_end_offset(), Offset{9});
  EXPECT_EQ(bench.read(Offset{0}).value(), bench.all());
  ASSERT_TRUE(bench.put("k", "9"));
  EXPECT_EQ(bench.log->log_end_offset(), Offset{10});
}

TEST(LogOldFormats, CutsOffWhatIsTornAndWhatIsWrong) {
  for (const bool is_torn : {true, false}) {
    OldLog bench;
    bench.close();
    {
      const auto file = bench.disk.open("/data/t-0/00000000000000000000.log", OpenMode::read_write).get().value();
      const std::size_t third_at = bench.first.size() + bench.second.size();
      const std::byte flipped[] = {bench.third[20] ^ std::byte{1}};
      const ByteView view = flipped;
      const auto hurt = is_torn ? file->truncate(third_at + 20).get() : file->write(third_at + 20, {&view, 1}).get();
      ASSERT_TRUE(hurt);
    }
    bench.recovery_point = Offset{0};
    bench.open();
    EXPECT_EQ(bench.log->log_end_offset(), Offset{5});
    EXPECT_EQ(bench.read(Offset{0}).value(), bench.first + bench.second);
  }
}

TEST(LogOldFormats, DoesNotServeADamagedOne) {
  OldLog bench;
  bench.close();
  {
    const auto file = bench.disk.open("/data/t-0/00000000000000000000.log", OpenMode::read_write).get().value();
    const std::byte flipped[] = {bench.first[24] ^ std::byte{1}};
    const ByteView view = flipped;
    ASSERT_TRUE(file->write(24, {&view, 1}).get());
  }
  bench.open(true);
  EXPECT_EQ(bench.read(Offset{0}).error(), Errc::corrupt_batch);
  EXPECT_EQ(bench.read(Offset{5}).value(), bench.third + bench.fourth);
}

TEST(LogOldFormats, IsCleanedIntoBatchesOfFormat2) {
  OldLog bench;
  ASSERT_TRUE(bench.log->roll().run_inline());
  ASSERT_TRUE(bench.put("z", "9"));
  ASSERT_TRUE(bench.clean());
  const std::vector<ReadRecord> wanted = {{4, "b", std::nullopt}, {5, "c", "5"}, {6, "d", "6"},
                                          {7, "a", "7"},          {8, "e", "8"}, {9, "z", "9"}};
  EXPECT_EQ(bench.records(), wanted) << "the tombstone has its time still to come";
  const auto headers = headers_of(bench.all_bytes());
  ASSERT_EQ(headers.size(), 4u);
  EXPECT_EQ(headers[0].base_offset, Offset{4});
  EXPECT_EQ(headers[0].max_timestamp, -1);
  EXPECT_EQ(headers[0].leader_epoch, kNoEpoch);
  EXPECT_EQ(headers[0].attributes, 0x41) << "gzip, and a delete horizon";
  EXPECT_EQ(headers[2].base_offset, Offset{6});
  EXPECT_EQ(headers[2].max_timestamp, kTestTime + 70);
}

// In formats 0 and 1 it is the age of the segment that decides: Kafka compares it with the last one that was clean
// before.
TEST(LogOldFormats, KeepsNoTombstoneOfASegmentThatIsOlderThanWhatIsClean) {
  OldLog bench;
  bench.checkpointed.reset();
  ASSERT_TRUE(bench.log->roll().run_inline());
  bench.clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(bench.put("z", "9"));
  ASSERT_TRUE(bench.log->roll().run_inline());
  ASSERT_TRUE(bench.put("z", "10"));
  bench.checkpointed = Offset{10};  // As if another broker had cleaned it before, and left it as it was.
  ASSERT_TRUE(bench.log->roll().run_inline());
  ASSERT_TRUE(bench.put("z", "11"));
  ASSERT_TRUE(bench.clean());
  for (const ReadRecord& record : bench.records()) EXPECT_TRUE(record.value) << record.offset;
}

TEST(LogOldFormats, AreRefusedFromWhoeverIsNoReplica) {
  LogBench bench;
  bench.open();
  OwnedBytes bytes = make_old(1, {0, "k", "v", 5});
  EXPECT_FALSE(bench.log->append_as_leader(bytes, Epoch{0}, AppendOrigin::client).run_inline());
  bytes[20] ^= std::byte{1};
  EXPECT_EQ(bench.replicate(bytes).error(), Errc::corrupt_batch);
}

}  // namespace
}  // namespace muir::storage::testing
