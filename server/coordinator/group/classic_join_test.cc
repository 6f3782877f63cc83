#include <gtest/gtest.h>

#include "server/coordinator/group/group_world.h"

// JoinGroup, from the first member to a generation.
namespace muir::server {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;
using World = GroupWorld;

TEST(JoinGroup, GivesADynamicMemberAnIdFirst) {
  World world;
  const auto told = world.join(World::member());
  ASSERT_EQ(told->times, 1);
  EXPECT_EQ((*told)->error, ErrorCode::MEMBER_ID_REQUIRED);
  EXPECT_EQ((*told)->member_id, "app-00000000-0000-0000-0000-000000000001");
  EXPECT_EQ((*told)->generation_id, -1);
  EXPECT_EQ((*told)->protocol_name, "");
  EXPECT_TRUE(world.group().is(ClassicState::empty));
  EXPECT_EQ(world.log.size(), 1U) << "a new group is written down at once";
}

TEST(JoinGroup, TakesAMemberOfBeforeVersion4AtOnce) {
  World world;
  auto command = World::member();
  command.requires_known_member_id = false;
  const auto told = world.join(command);
  EXPECT_TRUE(told->is_waiting());
  world.advance(milliseconds(3'000));
  ASSERT_EQ(told->times, 1);
  EXPECT_EQ((*told)->error, ErrorCode::NONE);
  EXPECT_EQ((*told)->generation_id, 1);
}

TEST(JoinGroup, NamesEverybodyToTheLeaderOnly) {
  World world;
  const auto [first, first_told] = world.come();
  const auto [second, second_told] = world.come();
  world.advance(milliseconds(6'000));
  ASSERT_EQ(first_told->times, 1);
  ASSERT_EQ(second_told->times, 1);
  EXPECT_EQ((*first_told)->error, ErrorCode::NONE);
  EXPECT_EQ((*first_told)->leader, first);
  EXPECT_EQ((*first_told)->member_id, first);
  EXPECT_EQ((*first_told)->protocol_type, "consumer");
  EXPECT_EQ((*first_told)->protocol_name, "range");
  EXPECT_FALSE((*first_told)->skip_assignment);
  ASSERT_EQ((*first_told)->members.size(), 2U);
  EXPECT_EQ(*(*first_told)->members[0].metadata, World::subscription({"clicks"}));
  EXPECT_EQ((*second_told)->leader, first);
  EXPECT_EQ((*second_told)->generation_id, 1);
  EXPECT_TRUE((*second_told)->members.empty());
}

TEST(JoinGroup, WaitsForTheInitialDelayAndLongerWhileMembersCome) {
  World world;
  const auto first = world.come().second;
  world.advance(milliseconds(2'999));
  const auto second = world.come().second;
  world.advance(milliseconds(1));
  EXPECT_TRUE(first->is_waiting()) << "somebody has come: another delay";
  world.advance(milliseconds(2'999));
  EXPECT_TRUE(first->is_waiting());
  world.advance(milliseconds(1));
  EXPECT_EQ(first->times, 1);
  EXPECT_EQ(second->times, 1);
}

TEST(JoinGroup, ExtendsTheInitialDelayUpToTheRebalanceTimeout) {
  World world;
  auto command = World::member();
  command.rebalance_timeout = milliseconds(7'000);  // The delay, 3 s more, and 1 s.
  const auto first = world.come(command).second;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(first->is_waiting()) << i;
    world.come(command);
    world.advance(milliseconds(i == 2 ? 1'000 : 3'000));
  }
  EXPECT_EQ(first->times, 1);
  EXPECT_EQ(world.group().members().size(), 4U);
}

TEST(JoinGroup, RefusesAnIdOfAGroupThatIsNot) {
  World world;
  const auto told = world.join(World::member("stranger"));
  EXPECT_EQ((*told)->error, ErrorCode::UNKNOWN_MEMBER_ID);
  EXPECT_EQ((*told)->member_id, "stranger");
  EXPECT_FALSE(world.groups().find(World::kGroup));
  EXPECT_TRUE(world.log.empty());
}

TEST(JoinGroup, RefusesAnIdThatItDoesNotKnow) {
  World world;
  world.make_stable(1);
  const auto told = world.join(World::member("stranger"));
  EXPECT_EQ((*told)->error, ErrorCode::UNKNOWN_MEMBER_ID);
  EXPECT_EQ((*told)->protocol_name, std::nullopt);
}

TEST(JoinGroup, RefusesProtocolsThatDoNotFit) {
  World world;
  auto without = World::member();
  without.protocols.clear();
  EXPECT_EQ((*world.join(without))->error, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  auto typeless = World::member();
  typeless.protocol_type = "";
  EXPECT_EQ((*world.join(typeless))->error, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);

  const auto ids = world.make_stable(1);
  auto connect = World::member();
  connect.protocol_type = "connect";
  EXPECT_EQ((*world.join(connect))->error, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  EXPECT_EQ((*world.join(World::member("", {"sticky"})))->error, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  const auto told = world.join(World::member(ids[0], {"sticky"}));
  EXPECT_EQ((*told)->error, ErrorCode::INCONSISTENT_GROUP_PROTOCOL) << "even alone it must offer what it offered";
  EXPECT_EQ((*told)->member_id, ids[0]);
}

TEST(JoinGroup, ChoosesWhatEverybodyOffersAndMostPrefer) {
  World world;
  world.come(World::member("", {"sticky", "range", "roundrobin"}));
  world.come(World::member("", {"range", "sticky"}));
  world.come(World::member("", {"roundrobin", "range", "sticky"}));
  world.advance(milliseconds(6'000));
  EXPECT_EQ(world.group().protocol_name(), "range") << "two votes: roundrobin is no candidate";
}

TEST(JoinGroup, BetweenEqualProtocolsTakesTheFirstOfAJavaHashMap) {
  World world;
  world.come(World::member("", {"range", "sticky"}));
  world.come(World::member("", {"sticky", "range"}));
  world.advance(milliseconds(6'000));
  EXPECT_EQ(world.group().protocol_name(), "sticky");
}

TEST(JoinGroup, TakesNoMoreThanTheGroupMayHave) {
  GroupSettings settings;
  settings.group_max_size = 2;
  World world(settings);
  auto ids = world.make_stable(2);
  const auto third = world.join(World::member());
  EXPECT_EQ((*third)->error, ErrorCode::GROUP_MAX_SIZE_REACHED);
  EXPECT_EQ((*third)->member_id, "");
  EXPECT_EQ((*world.join(World::member(ids[1])))->error, ErrorCode::NONE) << "members come back";
}

TEST(JoinGroup, LosesThoseWhoComeLastWhenTheLimitWasLowered) {
  World world;
  const auto ids = world.make_stable(3);
  world.settings.group_max_size = 2;
  world.start();
  EXPECT_TRUE(world.group().is(ClassicState::preparing_rebalance));
  const auto first = world.join(World::member(ids[0]));
  const auto second = world.join(World::member(ids[1]));
  const auto third = world.join(World::member(ids[2]));
  EXPECT_EQ((*third)->error, ErrorCode::GROUP_MAX_SIZE_REACHED);
  EXPECT_TRUE(first->is_waiting());
  world.advance(milliseconds(60'000));
  EXPECT_EQ((*first)->error, ErrorCode::NONE);
  EXPECT_EQ((*second)->error, ErrorCode::NONE);
  EXPECT_EQ(world.group().members().size(), 2U);
}

TEST(JoinGroup, ForgetsAnIdThatWasNotUsed) {
  World world;
  const auto id = (*world.join(World::member()))->member_id;
  world.advance(milliseconds(10'000));
  EXPECT_FALSE(world.group().is_pending(id));
  EXPECT_EQ((*world.join(World::member(id)))->error, ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST(JoinGroup, RefusesAnInstanceWithAnIdThatWasGivenOut) {
  World world;
  const auto id = (*world.join(World::member()))->member_id;
  EXPECT_EQ((*world.join(World::instance("i", id)))->error, ErrorCode::UNKNOWN_SERVER_ERROR);
}

TEST(JoinGroup, RefusesAClientWhoseMemberIdNoFieldCouldCarry) {
  World world;
  auto command = World::member();
  command.client_id.assign(32'767 - 37, 'a');
  EXPECT_EQ((*world.join(command))->error, ErrorCode::MEMBER_ID_REQUIRED);
  command.client_id += 'a';
  EXPECT_EQ((*world.join(command))->error, ErrorCode::UNKNOWN_SERVER_ERROR);
}

TEST(JoinGroup, SendsAwayANewMemberThatWaitsForFiveMinutes) {
  World world;
  auto command = World::member();
  command.rebalance_timeout = milliseconds(600'000);
  world.make_stable({command});
  const auto told = world.come(command).second;
  world.advance(milliseconds(299'999));  // The other one's session has ended meanwhile: this one is alone.
  EXPECT_EQ(told->times, 1);

  auto slow = World::instance("i");
  slow.rebalance_timeout = milliseconds(600'000);
  slow.session_timeout = milliseconds(1'800'000);
  World other;
  other.make_stable({slow});
  const auto late = other.come(command).second;
  other.advance(milliseconds(299'999));
  EXPECT_TRUE(late->is_waiting());
  other.advance(milliseconds(1));
  EXPECT_EQ((*late)->error, ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST(JoinGroup, TellsEverybodyWhenTheFirstRecordOfAGroupIsLost) {
  World world;
  world.append_failure = ErrorCode::COORDINATOR_NOT_AVAILABLE;
  const auto told = world.join(World::instance("i"));
  ASSERT_EQ(told->times, 1);
  EXPECT_EQ((*told)->error, ErrorCode::COORDINATOR_NOT_AVAILABLE);
  EXPECT_FALSE(world.groups().find(World::kGroup));
  EXPECT_EQ(world.groups().timers().size(), 0U);
}

TEST(JoinGroup, KeepsAGroupWhoseFirstRecordIsWrittenButNotCommittedInTime) {
  World world;
  world.holds_commits = true;
  const auto told = world.join(World::instance("i"));
  world.release(ErrorCode::COORDINATOR_NOT_AVAILABLE);
  EXPECT_TRUE(told->is_waiting()) << "the log has it, though it may not be committed";
  EXPECT_TRUE(world.groups().find(World::kGroup));
}

// --- a member joins again

TEST(Rejoin, OfAMemberThatWaitsAnswersTheFirstJoin) {
  World world;
  const auto [id, first] = world.come();
  const auto again = world.join(World::member(id));
  EXPECT_EQ(first->times, 1);
  EXPECT_EQ((*first)->error, ErrorCode::REBALANCE_IN_PROGRESS);
  world.advance(milliseconds(6'000));
  EXPECT_EQ((*again)->error, ErrorCode::NONE);
  EXPECT_EQ(world.group().awaiting_join(), 0U);
}

TEST(Rejoin, WhileTheLeaderAssignsGivesTheSameGeneration) {
  World world;
  const auto [id, told] = world.come();
  world.advance(milliseconds(3'000));
  const auto again = world.join(World::member(id));
  EXPECT_EQ((*again)->error, ErrorCode::NONE);
  EXPECT_EQ((*again)->generation_id, 1);
  EXPECT_EQ((*again)->members.size(), 1U) << "it leads";
  EXPECT_TRUE(world.group().is(ClassicState::completing_rebalance));
}

TEST(Rejoin, WithOtherMetadataWhileTheLeaderAssignsBeginsAnew) {
  World world;
  const auto [first, first_told] = world.come();
  const auto [second, second_told] = world.come();
  world.advance(milliseconds(6'000));
  const auto synced = world.sync(world.assign(second));
  const auto again = world.join(World::member(first, {"range", "sticky"}));
  EXPECT_EQ((*synced)->error, ErrorCode::REBALANCE_IN_PROGRESS);
  EXPECT_TRUE(again->is_waiting());
  EXPECT_TRUE(world.group().is(ClassicState::preparing_rebalance));
}

TEST(Rejoin, OfTheLeaderOfAStableGroupBeginsARebalance) {
  World world;
  const auto ids = world.make_stable(2);
  const auto leader = world.join(World::member(ids[0]));
  EXPECT_TRUE(leader->is_waiting());
  EXPECT_EQ(world.heartbeat(ids[1], 1), ErrorCode::REBALANCE_IN_PROGRESS);
  const auto follower = world.join(World::member(ids[1]));
  EXPECT_EQ((*leader)->generation_id, 2) << "everybody is there: nobody waits longer";
  EXPECT_EQ((*follower)->generation_id, 2);
}

TEST(Rejoin, OfAFollowerThatSaysNothingNewChangesNothing) {
  World world;
  const auto ids = world.make_stable(2);
  const auto told = world.join(World::member(ids[1]));
  EXPECT_EQ((*told)->error, ErrorCode::NONE);
  EXPECT_EQ((*told)->generation_id, 1);
  EXPECT_TRUE((*told)->members.empty());
  EXPECT_TRUE(world.group().is(ClassicState::stable));
}

TEST(Rejoin, OfAFollowerWithOtherMetadataBeginsARebalance) {
  World world;
  const auto ids = world.make_stable(2);
  auto command = World::member(ids[1]);
  command.protocols[0].metadata = share(World::subscription({"views"}));
  EXPECT_TRUE(world.join(command)->is_waiting());
  EXPECT_TRUE(world.group().is(ClassicState::preparing_rebalance));
}

}  // namespace
}  // namespace muir::server
