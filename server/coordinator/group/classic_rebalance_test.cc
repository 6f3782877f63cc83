#include <gtest/gtest.h>

#include "server/coordinator/group/group_world.h"

// Who comes late, who goes, who dies.
namespace muir::server {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;
using World = GroupWorld;

std::string error_of(const ToldPtr<JoinResult>& told) {
  return told->is_waiting() ? "waits" : std::string(wire::name((*told)->error));
}

TEST(Rebalance, RemovesADynamicMemberThatIsLate) {
  World world;
  const auto ids = world.make_stable(2);
  const auto leader = world.join(World::member(ids[0]));
  for (int i = 0; i < 59; ++i) {
    world.advance(milliseconds(1'000));
    EXPECT_EQ(world.heartbeat(ids[1], 1), ErrorCode::REBALANCE_IN_PROGRESS);
  }
  EXPECT_TRUE(leader->is_waiting());
  world.advance(milliseconds(1'000));
  EXPECT_EQ(error_of(leader), "NONE");
  EXPECT_FALSE(world.group().has(ids[1]));
  EXPECT_EQ(world.heartbeat(ids[1], 2), ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST(Rebalance, ElectsSomebodyWhoHasComeInPlaceOfALeaderThatHasNot) {
  World world;
  auto first = World::instance("i-1");
  auto second = World::instance("i-2");
  first.session_timeout = second.session_timeout = milliseconds(600'000);
  const auto ids = world.make_stable({first, second});
  auto command = World::instance("i-2", ids[1], {"range", "sticky"});
  command.session_timeout = milliseconds(600'000);
  const auto told = world.join(command);
  world.advance(milliseconds(60'000));
  EXPECT_EQ(error_of(told), "NONE");
  EXPECT_EQ((*told)->leader, ids[1]);
  EXPECT_EQ((*told)->members.size(), 2U) << "a static member stays until its session ends";
}

TEST(Rebalance, IsPutOffWhileNoStaticMemberHasCome) {
  World world;
  auto command = World::instance("i-1");
  command.session_timeout = milliseconds(600'000);
  const auto dynamic = World::member();
  const auto ids = world.make_stable({command, dynamic});
  const std::string& leaver =
      world.group().static_member("i-1") && ids[0] == *world.group().static_member("i-1") ? ids[1] : ids[0];
  EXPECT_EQ(world.leave({{leaver, std::nullopt}})->at(0), ErrorCode::NONE);
  world.advance(milliseconds(180'000));
  EXPECT_TRUE(world.group().is(ClassicState::preparing_rebalance));
  EXPECT_EQ(world.group().generation_id(), 1);
  const auto told = world.join(World::instance("i-1", *world.group().static_member("i-1")));
  EXPECT_EQ(error_of(told), "NONE");
  EXPECT_EQ((*told)->generation_id, 2);
}

TEST(Rebalance, WaitsForAMemberThatHasItsIdOnly) {
  World world;
  const auto ids = world.make_stable(1);
  const auto pending = (*world.join(World::member()))->member_id;
  const auto told = world.join(World::member(ids[0]));
  EXPECT_TRUE(told->is_waiting());
  EXPECT_EQ(world.leave({{pending, std::nullopt}})->at(0), ErrorCode::NONE);
  EXPECT_EQ(error_of(told), "NONE");
}

TEST(Rebalance, EndsWhenThePendingMembersTimeIsUp) {
  World world;
  const auto ids = world.make_stable(1);
  world.join(World::member());
  const auto told = world.join(World::member(ids[0]));
  world.advance(milliseconds(9'999));
  EXPECT_TRUE(told->is_waiting());
  world.advance(milliseconds(1));
  EXPECT_EQ(error_of(told), "NONE");
}

TEST(Rebalance, FiveMembersComeAndGoAndOneDies) {
  World world;
  std::vector<std::string> ids;
  std::vector<ToldPtr<JoinResult>> told;
  for (int i = 0; i < 5; ++i) {
    auto [id, waits] = world.come();
    ids.push_back(id);
    told.push_back(waits);
  }
  world.advance(milliseconds(6'000));
  for (const auto& waits : told) EXPECT_EQ(error_of(waits), "NONE");
  for (const auto& id : ids) world.sync(world.assign(id, ids));
  EXPECT_TRUE(world.group().is(ClassicState::stable));

  EXPECT_EQ(world.leave({{ids[4], std::nullopt}})->at(0), ErrorCode::NONE);
  world.advance(milliseconds(1'000));
  for (int i = 0; i < 3; ++i) told[i] = world.join(World::member(ids[i]));  // The fourth is dead.
  EXPECT_TRUE(told[0]->is_waiting());
  world.advance(milliseconds(9'000));
  EXPECT_FALSE(world.group().has(ids[3])) << "its session has ended";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(error_of(told[i]), "NONE");
    EXPECT_EQ((*told[i])->generation_id, 2);
  }
}

TEST(Rebalance, OfAGroupThatNobodyIsInWritesAnEmptyGeneration) {
  World world;
  const auto ids = world.make_stable(1);
  const auto written = world.log.size();
  world.leave({{ids[0], std::nullopt}});
  EXPECT_TRUE(world.group().is(ClassicState::empty));
  EXPECT_EQ(world.group().generation_id(), 2);
  EXPECT_EQ(world.group().protocol_type(), "consumer");
  EXPECT_EQ(world.group().protocol_name(), std::nullopt);
  EXPECT_EQ(world.group().leader(), std::nullopt);
  ASSERT_EQ(world.log.size(), written + 1);
  world.start();
  EXPECT_TRUE(world.group().is(ClassicState::empty));
  EXPECT_EQ(world.group().generation_id(), 2);
}

TEST(Rebalance, SendsTheSlowToSyncAway) {
  World world;
  const auto first = world.come().first;
  const auto second = world.come().first;
  world.advance(milliseconds(6'000));
  const std::string leader = *world.group().leader();
  const std::string follower = leader == first ? second : first;
  const auto synced = world.sync(world.assign(leader, {first, second}));
  EXPECT_EQ((*synced)->error, ErrorCode::NONE);
  for (int i = 0; i < 59; ++i) {
    world.advance(milliseconds(1'000));
    EXPECT_EQ(world.heartbeat(leader, 1), ErrorCode::NONE);
    EXPECT_EQ(world.heartbeat(follower, 1), ErrorCode::NONE);
  }
  world.advance(milliseconds(1'000));
  EXPECT_FALSE(world.group().has(follower)) << "it has heard of the generation and never asked for its part";
  EXPECT_EQ(world.heartbeat(leader, 1), ErrorCode::REBALANCE_IN_PROGRESS);
}

TEST(Session, OfAMemberThatIsSilentEnds) {
  World world;
  const auto ids = world.make_stable(2);
  for (int i = 0; i < 3; ++i) {
    world.advance(milliseconds(9'000));
    EXPECT_EQ(world.heartbeat(ids[0], 1), i == 0 ? ErrorCode::NONE : ErrorCode::REBALANCE_IN_PROGRESS);
  }
  EXPECT_EQ(world.group().members().size(), 1U);
}

TEST(Session, BeginsAnewWhenACoordinatorIsLoaded) {
  World world;
  const auto ids = world.make_stable(1);
  world.advance(milliseconds(9'000));
  world.start();
  world.advance(milliseconds(9'999));
  EXPECT_EQ(world.heartbeat(ids[0], 1), ErrorCode::NONE);
  world.advance(milliseconds(10'000));
  EXPECT_EQ(world.heartbeat(ids[0], 1), ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST(Session, DoesNotEndWhileTheMemberWaitsForTheOthers) {
  World world;
  const auto ids = world.make_stable(2);
  const auto told = world.join(World::member(ids[0]));
  for (int i = 0; i < 8; ++i) {
    world.advance(milliseconds(5'000));
    world.heartbeat(ids[1], 1);
  }
  EXPECT_TRUE(told->is_waiting());
  EXPECT_TRUE(world.group().has(ids[0]));
}

// --- heartbeats

TEST(Heartbeat, SaysInEachStateWhatToDo) {
  World world;
  EXPECT_EQ(world.heartbeat("nobody", 0), ErrorCode::UNKNOWN_MEMBER_ID) << "no group";
  const auto id = world.come().first;
  EXPECT_EQ(world.heartbeat(id, 0), ErrorCode::REBALANCE_IN_PROGRESS);
  world.advance(milliseconds(3'000));
  EXPECT_EQ(world.heartbeat(id, 1), ErrorCode::NONE) << "the leader assigns";
  world.sync(world.assign(id, {id}));
  EXPECT_EQ(world.heartbeat(id, 1), ErrorCode::NONE);
  EXPECT_EQ(world.heartbeat(id, 0), ErrorCode::ILLEGAL_GENERATION);
  EXPECT_EQ(world.heartbeat("nobody", 0), ErrorCode::UNKNOWN_MEMBER_ID) << "before the generation is looked at";
  EXPECT_EQ(world.heartbeat(id, 1, "i"), ErrorCode::UNKNOWN_MEMBER_ID) << "no such instance";
  world.leave({{id, std::nullopt}});
  EXPECT_EQ(world.heartbeat(id, 2), ErrorCode::UNKNOWN_MEMBER_ID);
}

// --- leaving

TEST(LeaveGroup, OfAGroupThatIsNotSaysSo) {
  World world;
  EXPECT_FALSE(world.leave({{"nobody", std::nullopt}}));
}

TEST(LeaveGroup, AnswersForEachMember) {
  World world;
  const auto ids = world.make_stable({World::instance("i-1"), World::instance("i-2"), World::member()});
  const auto pending = (*world.join(World::member()))->member_id;
  const std::string one = *world.group().static_member("i-1");
  const auto codes = world.leave({{"stranger", std::nullopt},
                                  {"", std::nullopt},
                                  {"", "i-9"},
                                  {"stranger", "i-1"},
                                  {one, "i-9"},
                                  {"", "i-2"},
                                  {pending, std::nullopt},
                                  {one, "i-1"}});
  const std::vector expected = {ErrorCode::UNKNOWN_MEMBER_ID,
                                ErrorCode::UNKNOWN_MEMBER_ID,
                                ErrorCode::UNKNOWN_MEMBER_ID,
                                ErrorCode::FENCED_INSTANCE_ID,
                                ErrorCode::UNKNOWN_MEMBER_ID,
                                ErrorCode::NONE,
                                ErrorCode::NONE,
                                ErrorCode::NONE};
  EXPECT_EQ(codes, expected);
  EXPECT_EQ(world.group().members().size(), 1U);
  EXPECT_TRUE(world.group().is(ClassicState::preparing_rebalance));
}

TEST(LeaveGroup, ThatRemovesNobodyChangesNothing) {
  World world;
  world.make_stable(1);
  world.leave({{"stranger", std::nullopt}});
  EXPECT_TRUE(world.group().is(ClassicState::stable));
}

TEST(LeaveGroup, TellsAMemberThatWaitsToBeginAnew) {
  World world;
  const auto ids = world.make_stable(2);
  const auto told = world.join(World::member(ids[0]));
  world.leave({{ids[0], std::nullopt}});
  EXPECT_EQ(error_of(told), "UNKNOWN_MEMBER_ID");
}

TEST(Unload, SendsEverybodyAway) {
  World world;
  const auto ids = world.make_stable(2);
  const auto joining = world.join(World::member(ids[0]));
  world.unload();
  EXPECT_EQ(error_of(joining), "NOT_COORDINATOR");
  EXPECT_EQ((*joining)->member_id, ids[0]);
  EXPECT_EQ(world.machine().next_deadline(), std::nullopt);
}

}  // namespace
}  // namespace muir::server
