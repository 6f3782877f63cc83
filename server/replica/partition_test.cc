#include "server/replica/partition.h"

#include <gtest/gtest.h>

#include "server/replica/special_timestamp.h"
#include "server/replica/test_partitions.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;
using testing::Pending;

const std::vector<NodeId> kBoth{NodeId{1}, NodeId{2}};
const std::vector<NodeId> kAlone{NodeId{1}};

FetchReader follower(int id = 2, std::int64_t epoch = 102) {
  return {FetchIsolation::log_end, true, NodeId{id}, epoch};
}

struct PartitionTest : ::testing::Test, testing::TestBroker {
  Pending<Result<void>> await_committed(const std::shared_ptr<Partition>& partition, std::int64_t end, int ms) {
    return start(home(partition), partition->await_committed(Offset{end}, after(ms)));
  }
};

TEST_F(PartitionTest, OneReplicaCommitsWhatItsLogHasAccepted) {
  const auto partition = open_leader(0);

  const auto appended = append(partition, 3);

  ASSERT_FALSE(appended.error);
  EXPECT_EQ(appended.info.first_offset, Offset{0});
  EXPECT_EQ(appended.end_offset(), Offset{3});
  EXPECT_TRUE(**await_committed(partition, 3, 0));
  const auto answer = read(partition, 0);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->high_watermark, Offset{3});
  EXPECT_EQ(answer->last_stable_offset, Offset{3});
  EXPECT_EQ(answer->log_start_offset, Offset{0});
  EXPECT_GT(answer->records.size_bytes, 0u);
  EXPECT_FALSE(answer->aborted_transactions);
}

TEST_F(PartitionTest, OnlyTheLeaderAppends) {
  const auto partition = open(0);

  const auto appended = append(partition);

  EXPECT_EQ(appended.error, ReplicaErrc::not_leader_or_follower);
  EXPECT_EQ(appended.info.log_start_offset, kNoOffset);
}

TEST_F(PartitionTest, AcksAllIsRefusedBelowMinIsrAndAcksOneIsNot) {
  const auto partition = open(0, {}, 2);
  lead(partition, kBoth, kAlone);

  const auto refused = append(partition, 1, true);
  EXPECT_EQ(refused.error, ReplicaErrc::not_enough_replicas);
  EXPECT_EQ(refused.info.log_start_offset, Offset{0});
  EXPECT_FALSE(append(partition, 1, false).error);
  EXPECT_EQ(partition->state().high_watermark(), Offset{0});
}

TEST_F(PartitionTest, ACommitWaitsForTheFollower) {
  const auto partition = open(0);
  lead(partition, kBoth, kBoth);
  append(partition);
  const auto committed = await_committed(partition, 1, 1000);
  ASSERT_FALSE(*committed);

  ASSERT_TRUE(read(partition, 1, follower()));

  ASSERT_TRUE(*committed);
  EXPECT_TRUE(**committed);
  EXPECT_EQ(partition->waiters(), 0u);
}

TEST_F(PartitionTest, ACommitThatTakesTooLongTimesOut) {
  const auto partition = open(0);
  lead(partition, kBoth, kBoth);
  append(partition);
  const auto committed = await_committed(partition, 1, 1000);

  pass(milliseconds{999});
  EXPECT_FALSE(*committed);
  pass(milliseconds{2});

  ASSERT_TRUE(*committed);
  EXPECT_EQ((*committed)->error(), ReplicaErrc::request_timed_out);
  EXPECT_EQ(partition->waiters(), 0u);
}

TEST_F(PartitionTest, LostLeadershipAndDeletionEndEveryWait) {
  const auto partition = open(0);
  lead(partition, kBoth, kBoth);
  append(partition);
  const auto first = await_committed(partition, 1, 1000);
  follow(partition, 1);
  ASSERT_TRUE(*first);
  EXPECT_EQ((*first)->error(), ReplicaErrc::not_leader_or_follower);

  lead(partition, kBoth, kBoth, 2);
  const auto second = await_committed(partition, 1, 1000);
  ASSERT_FALSE(*second);
  partition->stop(ReplicaErrc::unknown_topic_or_partition);
  turns();
  ASSERT_TRUE(*second);
  EXPECT_EQ((*second)->error(), ReplicaErrc::unknown_topic_or_partition);
  EXPECT_EQ(append(partition).error, ReplicaErrc::unknown_topic_or_partition);
}

TEST_F(PartitionTest, TheLeaderEpochIsCheckedBeforeTheLeader) {
  const auto partition = open(0);
  lead(partition, kAlone, kAlone, 5);

  EXPECT_EQ(read(partition, 0, {}, Epoch{4}).error(), ReplicaErrc::fenced_leader_epoch);
  EXPECT_EQ(read(partition, 0, {}, Epoch{6}).error(), ReplicaErrc::unknown_leader_epoch);
  EXPECT_TRUE(read(partition, 0, {}, Epoch{5}));

  follow(partition, 6);
  EXPECT_EQ(read(partition, 0, {}, Epoch{5}).error(), ReplicaErrc::fenced_leader_epoch);
  EXPECT_EQ(read(partition, 0, {}, Epoch{6}).error(), ReplicaErrc::not_leader_or_follower);
  EXPECT_TRUE(read(partition, 0, {FetchIsolation::high_watermark, false}));
}

TEST_F(PartitionTest, AConsumerSeesWhatIsCommittedAndAFollowerEverything) {
  const auto partition = open(0);
  lead(partition, kBoth, kBoth);
  append(partition);

  EXPECT_EQ(read(partition, 0)->records.size_bytes, 0u);
  EXPECT_GT(read(partition, 0, follower())->records.size_bytes, 0u);
  EXPECT_EQ(read(partition, 2).error(), ReplicaErrc::offset_out_of_range);
  EXPECT_EQ(read(partition, -1).error(), ReplicaErrc::offset_out_of_range);
  EXPECT_TRUE(read(partition, 0, {FetchIsolation::txn_committed})->aborted_transactions);
}

TEST_F(PartitionTest, AnUnknownOrRebornFollowerIsTurnedAway) {
  const auto partition = open(0);
  lead(partition, kBoth, kBoth);

  EXPECT_EQ(read(partition, 0, follower(9)).error(), ReplicaErrc::not_leader_or_follower);
  EXPECT_EQ(read(partition, 0, follower(9), Epoch{0}).error(), ReplicaErrc::unknown_leader_epoch);
  EXPECT_EQ(read(partition, 0, follower(2, 101)).error(), ReplicaErrc::not_leader_or_follower);
}

TEST_F(PartitionTest, ADivergedReaderIsToldWhereItsEpochEnded) {
  const auto partition = open(0);
  lead(partition, kAlone, kAlone, 1);
  append(partition, 2);
  lead(partition, kAlone, kAlone, 3);
  append(partition, 2);

  const auto diverged = read(partition, 4, {}, {}, Epoch{2});
  ASSERT_TRUE(diverged);
  ASSERT_TRUE(diverged->diverging_epoch);
  EXPECT_EQ(diverged->diverging_epoch->epoch, Epoch{1});
  EXPECT_EQ(diverged->diverging_epoch->end_offset, Offset{2});
  EXPECT_EQ(diverged->records.size_bytes, 0u);
  EXPECT_FALSE(read(partition, 2, {}, {}, Epoch{3})->diverging_epoch);
  EXPECT_EQ(partition->epoch_end_offset({}, Epoch{1}, true)->end_offset, Offset{2});
  EXPECT_EQ(partition->epoch_end_offset({}, Epoch{0}, true)->end_offset,
            Offset{0});  // Before the first: nothing of it.
  EXPECT_EQ(partition->epoch_end_offset({}, Epoch{9}, true)->end_offset, kNoOffset);
}

TEST_F(PartitionTest, SpecialTimestampsAreAnswered) {
  const auto partition = open_leader(0);
  append(partition, 3);
  const auto offset_for = [&](std::int64_t timestamp) {
    return *run(home(partition), partition->offset_for(timestamp, FetchIsolation::high_watermark, {}, true));
  };

  EXPECT_EQ(offset_for(kLatestTimestamp), (storage::TimestampedOffset{kNoTimestamp, Offset{3}, Epoch{0}}));
  EXPECT_EQ(offset_for(kEarliestTimestamp)->offset, Offset{0});
  EXPECT_EQ(offset_for(kEarliestLocalTimestamp)->offset, Offset{0});
  EXPECT_EQ(offset_for(kMaxTimestamp)->offset, Offset{2});
  EXPECT_EQ(offset_for(kLatestTieredTimestamp)->offset, kNoOffset);
  EXPECT_EQ(offset_for(kEarliestPendingUploadTimestamp)->offset, kNoOffset);
  EXPECT_EQ(offset_for(storage::testing::kTestTime + 1)->offset, Offset{1});
  EXPECT_FALSE(offset_for(storage::testing::kTestTime + 9));
}

TEST_F(PartitionTest, ALeaderThatHasNotCaughtUpKnowsNoLatestOffset) {
  const auto partition = open(0);
  lead(partition, kBoth, kBoth, 0);
  append(partition, 3);
  lead(partition, kBoth, kBoth, 1);
  const auto offset_for = [&](std::int64_t timestamp, std::optional<FetchIsolation> isolation) {
    return run(home(partition), partition->offset_for(timestamp, isolation, {}, true));
  };

  const auto client = FetchIsolation::high_watermark;
  EXPECT_EQ(offset_for(kLatestTimestamp, client).error(), ReplicaErrc::offset_not_available);
  EXPECT_EQ(offset_for(storage::testing::kTestTime, client).error(), ReplicaErrc::offset_not_available);
  EXPECT_TRUE(offset_for(kEarliestTimestamp, client));
  EXPECT_EQ((*offset_for(kLatestTimestamp, std::nullopt))->offset, Offset{3});
}

TEST_F(PartitionTest, DeletedRecordsAreGoneWhenEveryLiveReplicaSaysSo) {
  const auto partition = open(0);
  lead(partition, kBoth, kBoth);
  append(partition, 3);
  ASSERT_TRUE(read(partition, 3, follower()));
  const auto remove = [&](std::int64_t offset) {
    return start(home(partition), partition->delete_records(Offset{offset}, after(1000)));
  };

  EXPECT_EQ((*remove(4))->error(), ReplicaErrc::offset_out_of_range);
  EXPECT_EQ((*remove(-2))->error(), ReplicaErrc::offset_out_of_range);
  const auto slow = remove(2);
  ASSERT_FALSE(*slow);
  pass(milliseconds{1001});
  EXPECT_EQ((*slow)->error(), ReplicaErrc::request_timed_out);
  EXPECT_EQ(read(partition, 1).error(), ReplicaErrc::offset_out_of_range);

  brokers.epochs.erase(NodeId{2});  // A dead replica is not waited for.
  EXPECT_EQ((*remove(kHighWatermark.value))->value(), Offset{3});
}

TEST_F(PartitionTest, ACompactedTopicKeepsItsRecords) {
  storage::LogConfig config;
  config.cleanup_delete = false;
  config.cleanup_compact = true;
  const auto partition = open(0, config);
  lead(partition);

  const auto removed = run(home(partition), partition->delete_records(Offset{0}, after(0)));

  EXPECT_EQ(removed.error(), ReplicaErrc::policy_violation);
}

struct CountingWatch final : PartitionWatch {
  void partition_moved() override { ++times; }
  int times = 0;
};

TEST_F(PartitionTest, AWatchIsToldOnceATurnHoweverMuchHasMoved) {
  const auto partition = open_leader(0);
  CountingWatch watch;
  partition->watch(watch);
  OwnedBytes first = storage::testing::make_batch({}), second = storage::testing::make_batch({});
  const auto moves = partition->moves();

  // Both begin within one turn.
  struct Both {
    static Task<bool> append(std::shared_ptr<Partition> partition, MutableByteView first, MutableByteView second) {
      const auto one = co_await partition->append(first, false, storage::AppendOrigin::client);
      const auto two = co_await partition->append(second, false, storage::AppendOrigin::client);
      co_return !one.error && !two.error;
    }
  };
  EXPECT_TRUE(run(home(partition), Both::append(partition, first, second)));

  EXPECT_EQ(watch.times, 1);
  EXPECT_EQ(partition->moves(), moves + 2);
}

Task<std::uint64_t> check_isr(std::shared_ptr<Partition> partition, ShardReplicas& replicas) {
  partition->check_isr();
  co_return replicas.moves();
}

Task<std::uint64_t> do_chores(std::shared_ptr<Partition> partition, ShardReplicas& replicas) {
  co_await partition->do_chores();
  co_return replicas.moves();
}

TEST_F(PartitionTest, OneThatIsIdleMovesNoCheckpointAndHasNoChores) {
  const auto partition = open_leader(0);
  ShardReplicas& replicas_at_home = replicas.at_home_of(partition->id().key);
  const std::uint64_t before = replicas_at_home.moves();

  run(home(partition), check_isr(partition, replicas_at_home));
  turns();

  EXPECT_EQ(replicas_at_home.moves(), before);
  EXPECT_TRUE(replicas_at_home.take_those_with_timed_chores().empty());
  append(partition);
  turns();
  EXPECT_GT(replicas_at_home.moves(), before);
}

TEST_F(PartitionTest, OneWithUnflushedRecordsHasChoresUntilTheyAreFlushed) {
  storage::LogConfig config;
  config.flush_ms = 1000;
  const auto partition = open(0, config);
  lead(partition);
  ShardReplicas& replicas_at_home = replicas.at_home_of(partition->id().key);
  append(partition);
  turns();
  ASSERT_EQ(replicas_at_home.take_those_with_timed_chores().size(), 1u);

  run(home(partition), do_chores(partition, replicas_at_home));
  EXPECT_EQ(replicas_at_home.take_those_with_timed_chores().size(), 1u) << "too early";
  clock.advance(milliseconds{1000});
  const std::uint64_t moves = run(home(partition), do_chores(partition, replicas_at_home));

  EXPECT_EQ(partition->log().recovery_point(), Offset{1});
  EXPECT_TRUE(replicas_at_home.take_those_with_timed_chores().empty());
  EXPECT_GT(moves, 0u);
}

TEST_F(PartitionTest, AFailedDiskIsReportedOnceAndAnsweredAsStorageError) {
  const auto partition = open_leader(0);
  append(partition);
  disk.fail_from(disk.operations());

  EXPECT_EQ(append(partition).error, ReplicaErrc::kafka_storage_error);
  EXPECT_EQ(append(partition).error, ReplicaErrc::kafka_storage_error);

  EXPECT_EQ(failures.size(), 1u);
  disk.heal();
}

TEST_F(PartitionTest, AFullDiskRefusesAnAppendAndNothingElse) {
  const auto partition = open_leader(0);
  append(partition);
  disk.set_capacity(0);
  EXPECT_TRUE(append(partition).error);
  EXPECT_TRUE(read(partition, 0));
  disk.set_capacity(1 << 30);
  EXPECT_FALSE(append(partition).error);
  EXPECT_TRUE(failures.empty());
}

}  // namespace
}  // namespace muir::server
