#include <gtest/gtest.h>

#include "server/coordinator/group/group_world.h"

// SyncGroup, and static members.
namespace muir::server {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;
using World = GroupWorld;

// Two members that know their generation; the leader is the first.
struct Pair {
  World world;
  std::string leader, follower;

  Pair() {
    const auto one = world.come().first;
    const auto two = world.come().first;
    world.advance(milliseconds(6'000));
    leader = *world.group().leader();
    follower = leader == one ? two : one;
  }
};

ErrorCode error_of(const ToldPtr<SyncResult>& told) { return (*told)->error; }

TEST(SyncGroup, AnswersWhenTheLeadersAssignmentIsWrittenDown) {
  Pair pair;
  World& world = pair.world;
  const auto follower = world.sync(world.assign(pair.follower));
  EXPECT_TRUE(follower->is_waiting());
  world.holds_commits = true;
  const auto leader = world.sync(world.assign(pair.leader, {pair.leader, pair.follower}));
  EXPECT_TRUE(leader->is_waiting());
  EXPECT_TRUE(world.group().is(ClassicState::completing_rebalance));
  world.release();
  ASSERT_EQ(leader->times, 1);
  ASSERT_EQ(follower->times, 1);
  EXPECT_EQ((*follower)->protocol_type, "consumer");
  EXPECT_EQ((*follower)->protocol_name, "range");
  EXPECT_EQ(*(*follower)->assignment, World::bytes_of("of " + pair.follower));
  EXPECT_TRUE(world.group().is(ClassicState::stable));
}

TEST(SyncGroup, GivesNothingToWhomTheLeaderForgot) {
  Pair pair;
  World& world = pair.world;
  const auto follower = world.sync(world.assign(pair.follower));
  world.sync(world.assign(pair.leader, {pair.leader, "stranger"}));
  EXPECT_EQ(error_of(follower), ErrorCode::NONE);
  EXPECT_TRUE((*follower)->assignment->empty());
  EXPECT_FALSE(world.group().has("stranger"));
}

TEST(SyncGroup, BeginsAnewWhenTheLogRefuses) {
  Pair pair;
  World& world = pair.world;
  const auto follower = world.sync(world.assign(pair.follower));
  world.append_failure = ErrorCode::NOT_COORDINATOR;
  const auto leader = world.sync(world.assign(pair.leader, {pair.leader, pair.follower}));
  EXPECT_EQ(error_of(leader), ErrorCode::NOT_COORDINATOR);
  EXPECT_EQ(error_of(follower), ErrorCode::NOT_COORDINATOR);
  EXPECT_TRUE((*follower)->assignment->empty());
  EXPECT_EQ((*follower)->protocol_type, std::nullopt);
  EXPECT_TRUE(world.group().is(ClassicState::preparing_rebalance));
}

TEST(SyncGroup, OfAGenerationThatIsOverWhenItIsCommittedIsForgotten) {
  Pair pair;
  World& world = pair.world;
  world.holds_commits = true;
  const auto leader = world.sync(world.assign(pair.leader, {pair.leader, pair.follower}));
  const auto third = world.come().second;
  EXPECT_EQ(error_of(leader), ErrorCode::REBALANCE_IN_PROGRESS);
  world.release();
  EXPECT_EQ(leader->times, 1);
  EXPECT_TRUE(world.group().is(ClassicState::preparing_rebalance));
  EXPECT_TRUE(third->is_waiting());
}

TEST(SyncGroup, ChecksInKafkasOrder) {
  World world;
  SyncCommand nobody;
  nobody.group_id = World::kGroup;
  nobody.member_id = "nobody";
  EXPECT_EQ(error_of(world.sync(nobody)), ErrorCode::UNKNOWN_MEMBER_ID) << "no group";
  const auto ids = world.make_stable({World::instance("i-1"), World::member()});
  const std::string one = *world.group().static_member("i-1");

  EXPECT_EQ(error_of(world.sync(nobody)), ErrorCode::UNKNOWN_MEMBER_ID);
  auto fenced = world.assign("another");
  fenced.group_instance_id = "i-1";
  fenced.generation_id = 99;
  EXPECT_EQ(error_of(world.sync(fenced)), ErrorCode::FENCED_INSTANCE_ID);
  auto old = world.assign(one);
  old.generation_id = 0;
  old.protocol_name = "sticky";
  EXPECT_EQ(error_of(world.sync(old)), ErrorCode::ILLEGAL_GENERATION);
  auto other = world.assign(one);
  other.protocol_name = "sticky";
  EXPECT_EQ(error_of(world.sync(other)), ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  other.protocol_name = "range";
  other.protocol_type = "connect";
  EXPECT_EQ(error_of(world.sync(other)), ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  other.protocol_type = "consumer";
  const auto told = world.sync(other);
  EXPECT_EQ(error_of(told), ErrorCode::NONE);
  EXPECT_EQ(*(*told)->assignment, World::bytes_of("of " + one)) << "a stable group says it again";

  const auto joining = world.join(World::member(ids[0] == one ? ids[1] : ids[0], {"range", "sticky"}));
  EXPECT_TRUE(joining->is_waiting());
  EXPECT_EQ(error_of(world.sync(world.assign(one))), ErrorCode::REBALANCE_IN_PROGRESS);
  world.leave({{ids[0], std::nullopt}, {ids[1], std::nullopt}});
  EXPECT_EQ(error_of(world.sync(world.assign(one))), ErrorCode::UNKNOWN_MEMBER_ID) << "empty";
}

TEST(SyncGroup, OnAnotherConnectionAnswersTheFirst) {
  Pair pair;
  const auto first = pair.world.sync(pair.world.assign(pair.follower));
  const auto second = pair.world.sync(pair.world.assign(pair.follower));
  EXPECT_EQ(error_of(first), ErrorCode::REBALANCE_IN_PROGRESS);
  EXPECT_TRUE(second->is_waiting());
  pair.world.unload();
  EXPECT_EQ(error_of(second), ErrorCode::NOT_COORDINATOR);
}

TEST(SyncGroup, IsSurvivedByAMemberWhoseSessionEndedWhileItWaited) {
  Pair pair;
  World& world = pair.world;
  const auto follower = world.sync(world.assign(pair.follower));
  for (int i = 0; i < 4; ++i) {
    world.advance(milliseconds(5'000));
    world.heartbeat(pair.leader, 1);
  }
  world.sync(world.assign(pair.leader, {pair.follower}));
  EXPECT_EQ(error_of(follower), ErrorCode::NONE);
  world.advance(milliseconds(9'999));
  EXPECT_TRUE(world.group().has(pair.follower)) << "a new session began with the answer";
  world.advance(milliseconds(1));
  EXPECT_FALSE(world.group().has(pair.follower));
}

// --- static members

TEST(StaticMember, ThatComesBackToAStableGroupGetsANewIdWithoutARebalance) {
  World world;
  const auto ids = world.make_stable({World::instance("i-1"), World::instance("i-2")});
  const std::string old = *world.group().static_member("i-2");
  const bool leads = world.group().is_leader(old);
  const auto told = world.join(World::instance("i-2"));
  ASSERT_EQ(told->times, 1);
  const std::string id = *world.group().static_member("i-2");
  EXPECT_NE(id, old);
  EXPECT_EQ((*told)->error, ErrorCode::NONE);
  EXPECT_EQ((*told)->member_id, id);
  EXPECT_EQ((*told)->generation_id, 1);
  EXPECT_EQ((*told)->skip_assignment, leads);
  EXPECT_TRUE(world.group().is(ClassicState::stable));
  EXPECT_EQ(world.heartbeat(old, 1, "i-2"), ErrorCode::FENCED_INSTANCE_ID);
  EXPECT_EQ(world.heartbeat(old, 1), ErrorCode::UNKNOWN_MEMBER_ID);
  EXPECT_EQ(*(*world.sync(world.assign(id)))->assignment, World::bytes_of("of " + old));
  world.start();
  EXPECT_EQ(*world.group().static_member("i-2"), id) << "it was written down";
}

TEST(StaticMember, ThatLeadsIsToldToSkipTheAssignmentSinceVersion9) {
  World world;
  const auto old = world.make_stable({World::instance("i-1")})[0];
  const auto told = world.join(World::instance("i-1"));
  EXPECT_TRUE((*told)->skip_assignment);
  EXPECT_EQ((*told)->leader, (*told)->member_id);
  EXPECT_EQ((*told)->members.size(), 1U);

  auto before = World::instance("i-1");
  before.skips_assignment = false;
  const std::string leader = *world.group().leader();
  const auto older = world.join(before);
  EXPECT_FALSE((*older)->skip_assignment);
  EXPECT_EQ((*older)->leader, leader) << "the id before: so that it does not think that it leads";
  EXPECT_TRUE((*older)->members.empty());
}

TEST(StaticMember, KeepsItsOldIdWhenTheLogRefuses) {
  World world;
  const auto old = world.make_stable({World::instance("i-1")})[0];
  world.append_failure = ErrorCode::COORDINATOR_NOT_AVAILABLE;
  const auto told = world.join(World::instance("i-1", "", {"range", "sticky"}));
  EXPECT_EQ((*told)->error, ErrorCode::COORDINATOR_NOT_AVAILABLE);
  EXPECT_EQ((*told)->member_id, "");
  EXPECT_EQ((*told)->leader, old);
  EXPECT_EQ((*told)->generation_id, 1);
  EXPECT_EQ(*world.group().static_member("i-1"), old);
  EXPECT_EQ(world.group().leader(), old);
  EXPECT_EQ(world.heartbeat(old, 1, "i-1"), ErrorCode::NONE);
  EXPECT_EQ(world.group().members().at(old).protocols.size(), 1U);
  EXPECT_EQ(world.group().awaiting_join(), 0U);
}

TEST(StaticMember, ThatComesBackWithAnotherProtocolBeginsARebalance) {
  World world;
  const auto ids = world.make_stable({World::instance("i-1", "", {"range", "sticky"})});
  const auto told = world.join(World::instance("i-1", "", {"sticky", "range"}));
  EXPECT_EQ((*told)->error, ErrorCode::NONE);
  EXPECT_EQ((*told)->generation_id, 2);
  EXPECT_EQ(world.group().protocol_name(), "sticky");
}

TEST(StaticMember, ThatComesBackWhileTheLeaderAssignsBeginsAnew) {
  World world;
  const auto first = world.come(World::instance("i-1")).first;
  const auto second = world.come(World::instance("i-2")).first;
  world.advance(milliseconds(6'000));
  const auto waiting = world.sync(world.assign(second));
  const auto told = world.join(World::instance("i-2"));
  EXPECT_EQ(error_of(waiting), ErrorCode::FENCED_INSTANCE_ID);
  EXPECT_TRUE(told->is_waiting());
  EXPECT_TRUE(world.group().is(ClassicState::preparing_rebalance));
  EXPECT_TRUE(world.group().has(first));
}

TEST(StaticMember, ThatComesTwiceFencesTheFirst) {
  World world;
  const auto first = world.join(World::instance("i-1"));
  const std::string old = *world.group().static_member("i-1");
  const auto second = world.join(World::instance("i-1"));
  EXPECT_EQ((*first)->error, ErrorCode::FENCED_INSTANCE_ID);
  EXPECT_EQ((*first)->member_id, old);
  world.advance(milliseconds(6'000));
  EXPECT_EQ((*second)->error, ErrorCode::NONE);
  EXPECT_EQ((*world.join(World::instance("i-1", old)))->error, ErrorCode::FENCED_INSTANCE_ID);
  EXPECT_EQ((*world.join(World::instance("i-9", old)))->error, ErrorCode::UNKNOWN_MEMBER_ID);
}

}  // namespace
}  // namespace muir::server
