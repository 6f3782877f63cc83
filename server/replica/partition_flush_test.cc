#include "server/replica/partition.h"
#include "server/replica/test_partitions.h"
#include "storage/disk/held_disk.h"

namespace muir::server::testing {
namespace {

storage::LogConfig flushing_every(std::int64_t messages) {
  storage::LogConfig config;
  config.flush_messages = messages;
  return config;
}

struct PartitionFlush : ::testing::Test, TestBroker {
  PartitionFlush() { log_disk = &held; }
  ~PartitionFlush() override { held.release_all(); }

  std::shared_ptr<Partition> lead_one(std::int64_t flush_messages) {
    auto partition = open(0, flushing_every(flush_messages));
    lead(partition);
    held.hold();
    return partition;
  }
  Pending<Result<void>> await_flushed(const std::shared_ptr<Partition>& partition, std::int64_t end) {
    return start(home(partition), partition->await_flushed(Offset{end}));
  }
  Pending<Result<void>> await_committed(const std::shared_ptr<Partition>& partition, std::int64_t end) {
    return start(home(partition), partition->await_committed(Offset{end}, after(60'000)));
  }
  void release_one() {
    held.release_one();
    turns();
  }

  storage::HeldDisk held{disk};
};

TEST_F(PartitionFlush, AnAppendIsAnsweredAndVisibleWhenItIsOnTheDisk) {
  const auto partition = lead_one(1);

  const auto appended = append(partition);
  ASSERT_FALSE(appended.error);
  EXPECT_TRUE(appended.awaits_flush);
  const auto flushed = await_flushed(partition, 1);
  const auto committed = await_committed(partition, 1);
  EXPECT_FALSE(*flushed);
  EXPECT_FALSE(*committed);
  EXPECT_EQ(partition->state().high_watermark(), Offset{0}) << "no consumer sees what a power cut would take back";

  held.release_all();
  turns();
  ASSERT_TRUE(*flushed && *committed);
  EXPECT_TRUE(**flushed);
  EXPECT_TRUE(**committed);
  EXPECT_EQ(partition->state().high_watermark(), Offset{1});
}

TEST_F(PartitionFlush, AppendsDuringASyncShareTheNextOne) {
  const auto partition = lead_one(1);
  held.release_all();
  append(partition);  // The name of the file is synced with the first.
  turns();
  held.hold();
  const std::size_t syncs = held.syncs();

  append(partition);
  const auto first = await_flushed(partition, 2);
  for (int i = 0; i < 10; ++i) append(partition);
  const auto last = await_flushed(partition, 12);
  EXPECT_EQ(held.syncs() - syncs, 1u);

  release_one();
  EXPECT_TRUE(*first);
  EXPECT_FALSE(*last) << "they came after the sync had begun";
  EXPECT_EQ(partition->state().high_watermark(), Offset{2});

  release_one();
  EXPECT_TRUE(*last);
  EXPECT_EQ(held.syncs() - syncs, 2u) << "one for ten appends";
}

TEST_F(PartitionFlush, FlushMessagesCountsWhatIsNotSyncedYet) {
  const auto partition = lead_one(3);

  EXPECT_FALSE(append(partition, 2).awaits_flush);
  EXPECT_EQ(partition->state().high_watermark(), Offset{2});
  EXPECT_TRUE(append(partition).awaits_flush);
  EXPECT_EQ(partition->state().high_watermark(), Offset{2});

  held.release_all();
  turns();
  EXPECT_EQ(partition->state().high_watermark(), Offset{3});
}

TEST_F(PartitionFlush, AfterAFailedSyncNothingIsAnswered) {
  const auto partition = lead_one(1);
  append(partition);
  const auto flushed = await_flushed(partition, 1);
  const auto committed = await_committed(partition, 1);

  disk.fail_from(disk.operations());  // The sync of the directory, which gives the file its name.
  held.release_all();
  turns();

  ASSERT_TRUE(*flushed && *committed);
  EXPECT_EQ((*flushed)->error(), ReplicaErrc::kafka_storage_error);
  EXPECT_EQ((*committed)->error(), ReplicaErrc::kafka_storage_error);
  EXPECT_EQ(failures.size(), 1u);
  EXPECT_EQ(partition->state().high_watermark(), Offset{0});
  disk.heal();
  EXPECT_EQ(append(partition).error, ReplicaErrc::kafka_storage_error) << "not as if it could still work";
}

TEST_F(PartitionFlush, ANewEpochBeginsWhereTheLogEnds) {
  const auto partition = lead_one(1);
  append(partition, 4);

  const auto became =
      start(home(partition), partition->become_leader({NodeId{1}, Epoch{7}, 7, {NodeId{1}}, {NodeId{1}}, {}, {}}));
  EXPECT_FALSE(*became) << "what was appended is settled first";
  held.release_all();
  turns();

  ASSERT_TRUE(*became);
  EXPECT_EQ(partition->state().leader_epoch_start(), Offset{4});
  EXPECT_EQ(partition->state().high_watermark(), Offset{4});
}

TEST_F(PartitionFlush, WhoLosesLeadershipDuringASyncIsAnsweredByTheSync) {
  const auto partition = lead_one(1);
  append(partition);
  const auto flushed = await_flushed(partition, 1);
  const auto became =
      start(home(partition),
            partition->become_follower({NodeId{2}, Epoch{7}, 7, {NodeId{1}, NodeId{2}}, {NodeId{2}}, {}, {}}));
  held.release_all();
  turns();

  ASSERT_TRUE(*became && *flushed);
  EXPECT_TRUE(**flushed);
  EXPECT_EQ(partition->state().log_end_offset(), Offset{1});
}

TEST_F(PartitionFlush, ThePartitionsEndTellsWhoWaits) {
  const auto partition = lead_one(1);
  append(partition);
  const auto flushed = await_flushed(partition, 1);

  partition->stop(ReplicaErrc::unknown_topic_or_partition);
  turns();

  ASSERT_TRUE(*flushed);
  EXPECT_EQ((*flushed)->error(), ReplicaErrc::unknown_topic_or_partition);
}

}  // namespace
}  // namespace muir::server::testing
