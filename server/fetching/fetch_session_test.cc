#include "server/fetching/fetch_session.h"

#include <limits>

#include <gtest/gtest.h>

#include "server/fetching/fetch_context.h"
#include "server/fetching/fetch_session_cache.h"
#include "server/replica/errc.h"

namespace muir::server {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Uuid kTopicA = Uuid::from_halves(7, 1);
const Uuid kTopicB = Uuid::from_halves(7, 2);

FetchTarget by_name(const char* topic, int partition) {
  return {kZeroUuid, StoredTopic{topic}, PartitionId{partition}};
}
FetchTarget by_id(const Uuid& id, int partition, const char* topic = "") {
  return {id, StoredTopic{topic}, PartitionId{partition}};
}
FetchPartition want(FetchTarget target, std::int64_t offset = 0) {
  return {std::move(target), Offset{offset}, 1 << 20};
}

FetchedPartition answer(FetchTarget target, std::int64_t high_watermark = 0, std::uint64_t bytes = 0) {
  FetchedPartition fetched{std::move(target), {}, {}};
  fetched.read.high_watermark = Offset{high_watermark};
  fetched.read.log_start_offset = Offset{0};
  fetched.read.records.size_bytes = bytes;
  return fetched;
}

// A client's side of a session, against one cache.
struct FetchSessions : ::testing::Test {
  ManualClock clock;
  FetchSessionCache cache{2, 0, 1, 42};
  StoredTopic resolved;

  Result<FetchContext> begin(FetchSessionId id, std::int32_t epoch, std::vector<FetchPartition> partitions,
                             std::vector<FetchTarget> forgotten = {}, bool ids = false, bool follower = false) {
    return FetchContext::begin(
        cache, {id, epoch, ids, follower, std::move(partitions), std::move(forgotten)},
        [this](const Uuid&) { return resolved; }, clock.now());
  }

  // Opens a session over partitions, with high watermark 0 everywhere.
  FetchSessionId open(std::vector<FetchPartition> partitions, bool ids = false, bool follower = false) {
    std::vector<FetchedPartition> answers;
    for (const auto& partition : partitions) answers.push_back(answer(partition.target));
    auto context = begin(0, kInitialFetchEpoch, std::move(partitions), {}, ids, follower);
    return context->end(cache, answers, clock.now()).session_id;
  }
};

TEST_F(FetchSessions, AnIncrementalAnswerLeavesOutWhatDidNotChange) {
  const auto id = open({want(by_name("a", 0)), want(by_name("a", 1)), want(by_name("a", 2))});
  ASSERT_GT(id, 0);

  auto context = begin(id, 1, {});
  ASSERT_TRUE(context);
  ASSERT_EQ(context->partitions().size(), 3u);  // Though the request named none.
  std::vector<FetchedPartition> answers{answer(by_name("a", 0)), answer(by_name("a", 1), 5),
                                        answer(by_name("a", 2), 0, 9)};
  const auto end = context->end(cache, answers, clock.now());

  EXPECT_EQ(end.session_id, id);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].target, by_name("a", 1));  // Its high watermark moved.
  EXPECT_EQ(answers[1].target, by_name("a", 2));  // It has records.
}

TEST_F(FetchSessions, AnErrorIsToldEachTimeAndItsEndToo) {
  const auto id = open({want(by_name("a", 0))});
  FetchedPartition failed{by_name("a", 0), ReplicaErrc::not_leader_or_follower, {}};

  for (int epoch = 1; epoch <= 2; ++epoch) {
    std::vector<FetchedPartition> answers{failed};
    begin(id, epoch, {})->end(cache, answers, clock.now());
    EXPECT_EQ(answers.size(), 1u);
  }
  std::vector<FetchedPartition> answers{answer(by_name("a", 0))};
  begin(id, 3, {})->end(cache, answers, clock.now());
  EXPECT_EQ(answers.size(), 1u);
  answers = {answer(by_name("a", 0))};
  begin(id, 4, {})->end(cache, answers, clock.now());
  EXPECT_EQ(answers.size(), 0u);
}

TEST_F(FetchSessions, WhoBroughtRecordsGoesToTheEndOfTheLine) {
  const auto id = open({want(by_name("a", 0)), want(by_name("a", 1))});
  std::vector<FetchedPartition> answers{answer(by_name("a", 0), 0, 9), answer(by_name("a", 1))};
  begin(id, 1, {})->end(cache, answers, clock.now());

  const auto next = begin(id, 2, {});

  ASSERT_EQ(next->partitions().size(), 2u);
  EXPECT_EQ(next->partitions()[0].target, by_name("a", 1));
  EXPECT_EQ(next->partitions()[1].target, by_name("a", 0));
}

TEST_F(FetchSessions, ARequestAddsChangesAndForgets) {
  const auto id = open({want(by_name("a", 0)), want(by_name("a", 1))});

  const auto context = begin(id, 1, {want(by_name("a", 1), 44), want(by_name("b", 0))}, {by_name("a", 0)});

  ASSERT_EQ(context->partitions().size(), 2u);
  EXPECT_EQ(context->partitions()[0].target, by_name("a", 1));
  EXPECT_EQ(context->partitions()[0].fetch_offset, Offset{44});
  EXPECT_EQ(context->partitions()[1].target, by_name("b", 0));
}

TEST_F(FetchSessions, ForgettingEverythingEndsTheSession) {
  const auto id = open({want(by_name("a", 0))});

  auto context = begin(id, 1, {}, {by_name("a", 0)});

  ASSERT_TRUE(context);
  EXPECT_TRUE(context->partitions().empty());
  std::vector<FetchedPartition> none;
  EXPECT_EQ(context->end(cache, none, clock.now()).session_id, kNoFetchSession);
  EXPECT_EQ(cache.size(), 0u);
}

TEST_F(FetchSessions, AnUnknownIdIsNotFoundAndAWrongEpochInvalid) {
  const auto id = open({want(by_name("a", 0))});

  EXPECT_EQ(begin(id == 1 ? 2 : 1, 1, {}).error(), ReplicaErrc::fetch_session_id_not_found);
  EXPECT_EQ(begin(-7, 1, {}).error(), ReplicaErrc::fetch_session_id_not_found);
  EXPECT_EQ(begin(id, 2, {}).error(), ReplicaErrc::invalid_fetch_session_epoch);
  EXPECT_TRUE(begin(id, 1, {}));  // The failures changed nothing.
  EXPECT_EQ(begin(id, 1, {}).error(), ReplicaErrc::invalid_fetch_session_epoch);
}

TEST_F(FetchSessions, ARequestThatWasOvertakenIsToldSo) {
  const auto id = open({want(by_name("a", 0))});
  auto slow = begin(id, 1, {});
  auto fast = begin(id, 2, {});

  std::vector<FetchedPartition> answers{answer(by_name("a", 0), 9)};
  const auto end = slow->end(cache, answers, clock.now());

  EXPECT_EQ(end.error, ReplicaErrc::invalid_fetch_session_epoch);
  EXPECT_EQ(end.session_id, id);
  EXPECT_TRUE(answers.empty());
}

TEST_F(FetchSessions, IdsAndNamesDoNotMixInOneSession) {
  const auto ids = open({want(by_id(kTopicA, 0, "a"))}, true);
  const auto names = open({want(by_name("a", 0))});

  EXPECT_EQ(begin(ids, 1, {}, {}, false).error(), ReplicaErrc::fetch_session_topic_id_error);
  EXPECT_EQ(begin(names, 1, {}, {}, true).error(), ReplicaErrc::fetch_session_topic_id_error);
}

TEST_F(FetchSessions, AnUnknownTopicIdIsResolvedWhenTheTopicComes) {
  const auto id = open({want(by_id(kTopicA, 0))}, true);
  EXPECT_EQ(begin(id, 1, {}, {}, true)->partitions()[0].target.topic.name, "");

  resolved = StoredTopic{"late"};
  EXPECT_EQ(begin(id, 2, {}, {}, true)->partitions()[0].target.topic.name, "late");

  // Forgetting goes by the id alone; so does changing, which keeps the name.
  const auto context =
      begin(id, 3, {want(by_id(kTopicA, 0), 5), want(by_id(kTopicB, 0, "b"))}, {by_id(kTopicB, 0)}, true);
  ASSERT_EQ(context->partitions().size(), 1u);
  EXPECT_EQ(context->partitions()[0].target.topic.name, "late");
  EXPECT_EQ(context->partitions()[0].fetch_offset, Offset{5});
}

TEST_F(FetchSessions, AFullRequestClosesTheSessionItNames) {
  const auto id = open({want(by_name("a", 0))});

  EXPECT_TRUE(begin(id, kFinalFetchEpoch, {want(by_name("a", 0))}));
  EXPECT_EQ(cache.size(), 0u);

  const auto again = open({want(by_name("a", 0))});
  EXPECT_TRUE(begin(again, kInitialFetchEpoch, {}));
  EXPECT_EQ(cache.size(), 0u);
}

TEST_F(FetchSessions, APartitionNamedTwiceCountsOnceAsItCameLast) {
  const auto context =
      begin(0, kFinalFetchEpoch, {want(by_name("a", 0), 1), want(by_name("a", 1), 2), want(by_name("a", 0), 3)});

  ASSERT_EQ(context->partitions().size(), 2u);
  EXPECT_EQ(context->partitions()[0].fetch_offset, Offset{3});
  EXPECT_EQ(context->partitions()[1].fetch_offset, Offset{2});
}

TEST_F(FetchSessions, AFullCacheAnswersSessionZeroUntilSomeoneIsStale) {
  const auto first = open({want(by_name("a", 0))});
  clock.advance(seconds(1));
  const auto second = open({want(by_name("b", 0))});
  EXPECT_EQ(open({want(by_name("c", 0)), want(by_name("c", 1))}), kNoFetchSession);  // Larger, but they are new.

  clock.advance(minutes(2));
  const auto third = open({want(by_name("c", 0))});
  EXPECT_GT(third, 0);
  EXPECT_EQ(cache.find(first), nullptr);  // The one unused for longest went.
  EXPECT_NE(cache.find(second), nullptr);
  EXPECT_EQ(cache.evictions(), 1u);
}

TEST_F(FetchSessions, AFollowerEvictsAConsumerButNotAFollower) {
  const auto consumer = open({want(by_name("a", 0)), want(by_name("a", 1))});
  const auto follower = open({want(by_name("b", 0))}, false, true);

  EXPECT_GT(open({want(by_name("c", 0))}, false, true), 0);
  EXPECT_EQ(cache.find(consumer), nullptr);
  EXPECT_NE(cache.find(follower), nullptr);
  EXPECT_EQ(open({want(by_name("d", 0)), want(by_name("d", 1))}, false, true), kNoFetchSession);
}

TEST_F(FetchSessions, ASettledSmallerSessionGivesWayToALargerOne) {
  const auto small = open({want(by_name("a", 0))});
  const auto large = open({want(by_name("b", 0)), want(by_name("b", 1))});
  clock.advance(minutes(1));
  ASSERT_TRUE(begin(small, 1, {}) && begin(large, 1, {}));
  clock.advance(minutes(1) + seconds(1));
  ASSERT_TRUE(begin(small, 2, {}) && begin(large, 2, {}));  // Both settled now, and used just now.

  EXPECT_EQ(open({want(by_name("c", 0))}), kNoFetchSession);  // As large as the smallest: not larger.
  EXPECT_GT(open({want(by_name("c", 0)), want(by_name("c", 1))}), 0);
  EXPECT_EQ(cache.find(small), nullptr);
  EXPECT_NE(cache.find(large), nullptr);
}

TEST_F(FetchSessions, CountsThePartitionsOfAllSessions) {
  const auto id = open({want(by_name("a", 0)), want(by_name("a", 1))});
  open({want(by_name("b", 0))});
  EXPECT_EQ(cache.partitions(), 3u);

  ASSERT_TRUE(begin(id, 1, {}, {by_name("a", 0)}));
  EXPECT_EQ(cache.partitions(), 2u);
  cache.remove(id);
  EXPECT_EQ(cache.partitions(), 1u);
}

TEST(FetchSessionIds, TellTheirShard) {
  ManualClock clock;
  for (std::uint32_t shard = 0; shard < 3; ++shard) {
    FetchSessionCache cache(100, shard, 3, shard);
    for (int i = 0; i < 100; ++i) {
      const auto session = cache.create(false, false, 1, clock.now());
      ASSERT_GT(session->id(), 0);
      EXPECT_EQ(FetchSessionCache::shard_of(session->id(), 3), shard);
    }
  }
  EXPECT_EQ(FetchSessionCache::shard_of(std::numeric_limits<FetchSessionId>::max(), 3), 2u);
  EXPECT_EQ(FetchSessionCache::shard_of(-1, 3), 0u);
}

TEST(FetchSessionEpochs, RunFromOneToTheLargestAndFromOneAgain) {
  EXPECT_EQ(next_fetch_epoch(kInitialFetchEpoch), 1);
  EXPECT_EQ(next_fetch_epoch(std::numeric_limits<std::int32_t>::max()), 1);
  EXPECT_EQ(next_fetch_epoch(kFinalFetchEpoch), kFinalFetchEpoch);
}

// A client over its quota gets nothing, and everything that it would have got next time.
TEST_F(FetchSessions, AnAnswerThatIsNotToldIsForgotten) {
  const auto id = open({want(by_name("a", 0)), want(by_name("a", 1))});
  std::vector<FetchedPartition> answers{answer(by_name("a", 0), 5, 100), answer(by_name("a", 1), 7)};
  auto throttled = begin(id, 1, {});
  ASSERT_TRUE(throttled);
  EXPECT_EQ(throttled->told(answers).size(), 2u);

  const auto untold = throttled->end_untold();
  EXPECT_FALSE(untold.error);
  EXPECT_EQ(untold.session_id, id);

  auto next = begin(id, 2, {});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->told(answers).size(), 2u);
  next->end(cache, answers, clock.now());
  EXPECT_EQ(answers.size(), 2u);
  std::vector<FetchedPartition> again{answer(by_name("a", 0), 5), answer(by_name("a", 1), 7)};
  EXPECT_TRUE(begin(id, 3, {})->told(again).empty()) << "all of it is known now";
}

TEST_F(FetchSessions, AFullAnswerThatIsNotToldOpensNoSession) {
  auto context = begin(0, kInitialFetchEpoch, {want(by_name("a", 0))});
  const auto untold = context->end_untold();
  EXPECT_FALSE(untold.error);
  EXPECT_EQ(untold.session_id, kNoFetchSession);
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace muir::server
