#include "server/fetching/fetcher.h"

#include <gtest/gtest.h>

#include "server/replica/test_partitions.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;
using testing::Pending;

struct FetcherTest : ::testing::Test, testing::TestBroker {
  Fetcher fetcher{replicas, 100, 1};

  // Partitions 0 and 1 live on different shards.
  void SetUp() override {
    ASSERT_NE(&replicas.home_of({topic_id, PartitionId{0}}), &replicas.home_of({topic_id, PartitionId{1}}));
  }

  FetchPartition want(int partition, std::int64_t offset = 0, int max = 1 << 20) {
    return {{topic_id, StoredTopic{"t"}, PartitionId{partition}}, Offset{offset}, max};
  }

  FetchQuery query(std::vector<FetchPartition> partitions, int wait_ms = 0, std::int64_t min_bytes = 1,
                   std::int64_t max_bytes = 1 << 20) {
    return {{kNoFetchSession, kFinalFetchEpoch, true, false, std::move(partitions), {}},
            {},
            milliseconds{wait_ms},
            min_bytes,
            max_bytes};
  }

  Pending<FetchOutcome> begin(FetchQuery wanted, std::shared_ptr<FetchCancellation> cancellation = nullptr) {
    const auto admission = [this](const FetchTarget& target) -> Result<Uuid> {
      if (target.partition.value == 66) return ReplicaErrc::unknown_topic_id;
      return topic_id;
    };
    return start(
        a, fetcher.fetch(
               std::move(wanted), admission, [](const Uuid&) { return StoredTopic{"t"}; }, std::move(cancellation)));
  }

  static std::uint64_t bytes(const FetchOutcome& outcome, std::size_t i) {
    return outcome.partitions.at(i).read.records.size_bytes;
  }
};

TEST_F(FetcherTest, AnswersAtOnceFromEveryShard) {
  append(open_leader(0));
  append(open_leader(1), 2);

  const auto outcome = begin(query({want(0), want(1)}, 500));

  ASSERT_TRUE(*outcome);
  ASSERT_EQ((*outcome)->partitions.size(), 2u);
  EXPECT_GT(bytes(**outcome, 0), 0u);
  EXPECT_GT(bytes(**outcome, 1), 0u);
  EXPECT_EQ((*outcome)->partitions[1].read.high_watermark, Offset{2});
}

TEST_F(FetcherTest, WaitsForBytesOnWhicheverShardTheyCome) {
  for (const int moving : {0, 1}) {
    TestBroker& broker = *this;
    const auto zero = broker.open_leader(10 * moving + 2), one = broker.open_leader(10 * moving + 3);
    const auto outcome = begin(query({want(10 * moving + 2), want(10 * moving + 3)}, 500));
    ASSERT_FALSE(*outcome);

    append(moving == 0 ? zero : one);

    ASSERT_TRUE(*outcome);
    EXPECT_GT(bytes(**outcome, static_cast<std::size_t>(moving)), 0u);
    EXPECT_EQ(bytes(**outcome, static_cast<std::size_t>(1 - moving)), 0u);
  }
}

TEST_F(FetcherTest, WaitsUntilThereAreMinBytesInAll) {
  const auto zero = open_leader(0), one = open_leader(1);
  const auto outcome = begin(query({want(0), want(1)}, 500, 350));

  append(zero, 1, true, 100);
  ASSERT_FALSE(*outcome);
  append(one, 1, true, 200);

  ASSERT_TRUE(*outcome);
  EXPECT_GE(bytes(**outcome, 0) + bytes(**outcome, 1), 350u);
}

TEST_F(FetcherTest, AnswersWhatThereIsWhenItsTimeIsOver) {
  const auto zero = open_leader(0);
  open_leader(1);
  const auto outcome = begin(query({want(0), want(1)}, 500, 1 << 20));
  append(zero);

  pass(milliseconds{499});
  ASSERT_FALSE(*outcome);
  pass(milliseconds{2});

  ASSERT_TRUE(*outcome);
  EXPECT_FALSE((*outcome)->error);
  EXPECT_GT(bytes(**outcome, 0), 0u);
  EXPECT_EQ(a.timers().size() + b.timers().size(), 0u);
}

TEST_F(FetcherTest, AClosedConnectionEndsTheWait) {
  open_leader(0);
  open_leader(1);
  const auto cancellation = std::make_shared<FetchCancellation>();
  const auto outcome = begin(query({want(0), want(1)}, 500), cancellation);
  ASSERT_FALSE(*outcome);

  struct Cancel {
    static Task<bool> run(std::shared_ptr<FetchCancellation> cancellation) {
      cancellation->cancel();
      co_return true;
    }
  };
  run(a, Cancel::run(cancellation));

  ASSERT_TRUE(*outcome);
  EXPECT_EQ((*outcome)->error, ReplicaErrc::fetch_cancelled);
  EXPECT_EQ((*begin(query({want(0)}, 500), cancellation))->error, ReplicaErrc::fetch_cancelled);
}

TEST_F(FetcherTest, AnErrorAnywhereIsAnsweredAtOnceAndSoIsLostLeadership) {
  const auto zero = open_leader(0);
  const auto unknown = begin(query({want(0), want(1)}, 500));
  ASSERT_TRUE(*unknown);
  EXPECT_EQ((*unknown)->partitions[1].error, ReplicaErrc::unknown_topic_or_partition);
  EXPECT_EQ((*unknown)->partitions[1].read.high_watermark, kNoOffset);

  const auto waiting = begin(query({want(0)}, 500));
  ASSERT_FALSE(*waiting);
  follow(zero, 1);
  ASSERT_TRUE(*waiting);
  EXPECT_EQ((*waiting)->partitions[0].error, ReplicaErrc::not_leader_or_follower);
}

TEST_F(FetcherTest, WhatIsNotAdmittedComesLastAndDoesNotEndTheWait) {
  const auto zero = open_leader(0);
  const auto outcome = begin(query({want(66), want(0)}, 500));
  ASSERT_FALSE(*outcome);
  append(zero);

  ASSERT_TRUE(*outcome);
  ASSERT_EQ((*outcome)->partitions.size(), 2u);
  EXPECT_EQ((*outcome)->partitions[1].error, ReplicaErrc::unknown_topic_id);
  EXPECT_TRUE((*outcome)->partitions[1].read.aborted_transactions);
  EXPECT_TRUE(*begin(query({want(66)}, 500)));  // Alone, there is nothing to wait for.
}

TEST_F(FetcherTest, TheFirstBatchIsReturnedWhateverItsSizeAndTheOthersWithinTheLimit) {
  for (int partition = 0; partition < 4; ++partition) append(open_leader(partition), 1, true, 1000);

  const auto outcome = begin(query({want(0), want(1), want(2), want(3)}, 0, 1, 10));

  ASSERT_TRUE(*outcome);
  EXPECT_GT(bytes(**outcome, 0), 1000u);
  for (std::size_t other = 1; other < 4; ++other) EXPECT_EQ(bytes(**outcome, other), 0u);
}

TEST_F(FetcherTest, ASessionRemembersAndItsShardIsFoundFromAnywhere) {
  const auto zero = open_leader(0), one = open_leader(1);
  auto opening = query({want(0), want(1)});
  opening.session.session_epoch = kInitialFetchEpoch;
  const auto opened = begin(opening);
  const auto id = (*opened)->session_id;
  ASSERT_GT(id, 0);

  append(one);
  auto next = query({}, 500);
  next.session.session_id = id;
  next.session.session_epoch = 1;
  const auto admission = [this](const FetchTarget&) -> Result<Uuid> { return topic_id; };
  const auto outcome = start(b, fetcher.fetch(next, admission, [](const Uuid&) { return StoredTopic{"t"}; }, nullptr));

  ASSERT_TRUE(*outcome);
  EXPECT_EQ((*outcome)->session_id, id);
  ASSERT_EQ((*outcome)->partitions.size(), 1u);  // The other one has not changed.
  EXPECT_EQ((*outcome)->partitions[0].target.partition, PartitionId{1});
  EXPECT_EQ((*begin(next))->error, ReplicaErrc::invalid_fetch_session_epoch);
}

}  // namespace
}  // namespace muir::server
