#include <limits>

#include <gtest/gtest.h>

#include "server/coordinator/group/group_world.h"

// Committed offsets: who may commit, what is kept and for how long, what is read.
namespace muir::server {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;
using World = GroupWorld;

constexpr milliseconds kWeek{7 * 24 * 3'600'000};
constexpr milliseconds kCheck{600'000};

CommitCommand commit_of(std::int64_t offset, std::string topic = "clicks", std::string metadata = "") {
  CommitCommand command;
  command.group_id = World::kGroup;
  command.topics = {{std::move(topic), Uuid(), {{0, offset, -1, std::move(metadata)}}}};
  return command;
}

CommitCommand commit_as(std::string_view member, std::int32_t generation, std::int16_t version = 9) {
  CommitCommand command = commit_of(5);
  command.member.member_id = member;
  command.generation_id = generation;
  command.api_version = version;
  return command;
}

std::optional<std::int64_t> offset_in(World& world, std::string_view topic = "clicks") {
  const auto* found = world.machine().offsets().stable().find(World::kGroup, topic, 0);
  if (!found) return std::nullopt;
  return found->offset;
}

FetchedOffsets::Partition fetch(World& world, bool require_stable, Uuid id = {}) {
  OffsetFetchCommand command;
  command.group_id = World::kGroup;
  command.topics = {{"clicks", id, {0}}};
  command.require_stable = require_stable;
  return world.machine().fetch_offsets(command).topics.at(0).partitions.at(0);
}

TEST(OffsetCommit, WithoutAGroupMakesASimpleOne) {
  World world;
  const auto codes = world.commit(commit_of(5));
  EXPECT_EQ(codes.error, ErrorCode::NONE);
  EXPECT_EQ(codes.topics, (std::vector<std::vector<ErrorCode>>{{ErrorCode::NONE}}));
  EXPECT_EQ(offset_in(world), 5);
  EXPECT_TRUE(world.group().is_simple());
  EXPECT_EQ(world.log.size(), 1U);
}

TEST(OffsetCommit, OfAGenerationOfNoGroupIsRefusedAsTheVersionKnows) {
  World world;
  EXPECT_EQ(world.commit(commit_as("m", 1, 9)).error, ErrorCode::GROUP_ID_NOT_FOUND);
  EXPECT_EQ(world.commit(commit_as("m", 1, 8)).error, ErrorCode::ILLEGAL_GENERATION);
  EXPECT_TRUE(world.log.empty());
}

TEST(OffsetCommit, IsTheMembersOfTheGeneration) {
  World world;
  const auto ids = world.make_stable({World::instance("i-1")});
  EXPECT_EQ(world.commit(commit_as(ids[0], 1)).error, ErrorCode::NONE);
  EXPECT_EQ(world.commit(commit_as(ids[0], 0)).error, ErrorCode::ILLEGAL_GENERATION);
  EXPECT_EQ(world.commit(commit_as(ids[0], -1)).error, ErrorCode::ILLEGAL_GENERATION);
  EXPECT_EQ(world.commit(commit_as("stranger", 1)).error, ErrorCode::UNKNOWN_MEMBER_ID);
  EXPECT_EQ(world.commit(commit_as("", -1)).error, ErrorCode::UNKNOWN_MEMBER_ID) << "it is not empty";
  auto fenced = commit_as("stranger", 0);
  fenced.member.group_instance_id = "i-1";
  EXPECT_EQ(world.commit(fenced).error, ErrorCode::FENCED_INSTANCE_ID);
}

TEST(OffsetCommit, WhileTheLeaderAssignsIsRefused) {
  World world;
  const auto id = world.come().first;
  EXPECT_EQ(world.commit(commit_as(id, 0)).error, ErrorCode::NONE) << "while all join it may still commit";
  world.advance(milliseconds(3'000));
  EXPECT_EQ(world.commit(commit_as(id, 1)).error, ErrorCode::REBALANCE_IN_PROGRESS);
}

TEST(OffsetCommit, OfAGenerationIntoAnEmptyGroupIsRefused) {
  World world;
  const auto ids = world.make_stable(1);
  world.leave({{ids[0], std::nullopt}});
  EXPECT_EQ(world.commit(commit_as(ids[0], 1)).error, ErrorCode::UNKNOWN_MEMBER_ID);
  EXPECT_EQ(world.commit(commit_as("", -1)).error, ErrorCode::NONE);
  EXPECT_EQ(world.commit(commit_as("whoever", -1)).error, ErrorCode::NONE) << "an empty group is anybody's";
}

TEST(OffsetCommit, IsASignOfLife) {
  World world;
  const auto ids = world.make_stable(1);
  world.advance(milliseconds(9'000));
  world.commit(commit_as(ids[0], 1));
  world.advance(milliseconds(9'000));
  EXPECT_TRUE(world.group().has(ids[0]));
}

TEST(OffsetCommit, CountsMetadataInUtf16Units) {
  World world;
  std::string longest;
  for (int i = 0; i < 2'048; ++i) longest += "\xf0\x9f\x98\x80";  // Two units each.
  auto command = commit_of(5, "clicks", longest);
  command.topics[0].partitions.push_back({1, 6, -1, longest + "a"});
  const auto codes = world.commit(command);
  EXPECT_EQ(codes.topics[0], (std::vector{ErrorCode::NONE, ErrorCode::OFFSET_METADATA_TOO_LARGE}));
  EXPECT_EQ(world.log.size(), 1U);
}

TEST(OffsetCommit, ThatTheLogRefusesIsNotSeen) {
  World world;
  world.commit(commit_of(5));
  world.append_failure = ErrorCode::COORDINATOR_NOT_AVAILABLE;
  world.commit(commit_of(6));
  EXPECT_EQ(offset_in(world), 5);
}

// --- reading

TEST(OffsetFetch, OfAnotherTopicThatHadTheNameFindsNothing) {
  World world;
  const Uuid old = Uuid::from_halves(0, 7);
  auto command = commit_of(5);
  command.topics[0].id = old;
  world.commit(command);
  EXPECT_EQ(fetch(world, false, old).committed->offset, 5);
  EXPECT_EQ(fetch(world, false).committed->offset, 5) << "who knows names only";
  EXPECT_FALSE(fetch(world, false, Uuid::from_halves(0, 8)).committed);
}

TEST(OffsetFetch, OfEverythingListsWhatIsCommitted) {
  World world;
  world.commit(commit_of(5, "clicks"));
  world.commit(commit_of(6, "views"));
  world.commit_in_transaction(ProducerId(1), "pending", 0, 9);
  world.commit_in_transaction(ProducerId(1), "views", 0, 9);
  OffsetFetchCommand command;
  command.group_id = World::kGroup;
  command.require_stable = true;
  const auto fetched = world.machine().fetch_offsets(command);
  ASSERT_EQ(fetched.topics.size(), 2U);
  EXPECT_EQ(fetched.topics[0].partitions[0].committed->offset, 5);
  EXPECT_EQ(fetched.topics[1].partitions[0].error, ErrorCode::UNSTABLE_OFFSET_COMMIT);
  command.group_id = "another";
  EXPECT_TRUE(world.machine().fetch_offsets(command).topics.empty());
}

TEST(TransactionalOffset, IsSeenWhenItsTransactionCommits) {
  World world;
  world.commit_in_transaction(ProducerId(1), "clicks", 0, 9);
  EXPECT_EQ(fetch(world, true).error, ErrorCode::UNSTABLE_OFFSET_COMMIT);
  EXPECT_EQ(fetch(world, false).error, ErrorCode::NONE);
  EXPECT_FALSE(fetch(world, false).committed);
  world.end_transaction(ProducerId(1), true);
  EXPECT_EQ(fetch(world, true).committed->offset, 9);
}

TEST(TransactionalOffset, IsForgottenWhenItsTransactionAborts) {
  World world;
  world.commit(commit_of(5));
  world.commit_in_transaction(ProducerId(1), "clicks", 0, 9);
  world.end_transaction(ProducerId(2), true);
  EXPECT_EQ(fetch(world, true).error, ErrorCode::UNSTABLE_OFFSET_COMMIT) << "another producer's";
  world.end_transaction(ProducerId(1), false);
  EXPECT_EQ(fetch(world, true).committed->offset, 5);
}

TEST(TransactionalOffset, YieldsToANewerOneWithoutATransaction) {
  World world;
  world.commit_in_transaction(ProducerId(1), "clicks", 0, 9);
  world.commit(commit_of(5));
  world.end_transaction(ProducerId(1), true);
  EXPECT_EQ(offset_in(world), 5);
}

// --- deleting

ErrorCode delete_offset(World& world, std::string topic) {
  PartitionCodes codes;
  world.run([&](Moment at, Effects& effects) {
    static_cast<void>(at);
    codes = world.machine().delete_offsets(World::kGroup, {{std::move(topic), {0}}}, effects);
  });
  return codes.error != ErrorCode::NONE ? codes.error : codes.topics[0][0];
}

TEST(OffsetDelete, SparesWhatTheGroupReads) {
  World world;
  EXPECT_EQ(delete_offset(world, "clicks"), ErrorCode::GROUP_ID_NOT_FOUND);
  const auto ids = world.make_stable(1);
  for (const char* topic : {"clicks", "views"}) {
    auto command = commit_as(ids[0], 1);
    command.topics[0].name = topic;
    world.commit(command);
  }
  EXPECT_EQ(delete_offset(world, "clicks"), ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC);
  EXPECT_EQ(offset_in(world), 5);
  EXPECT_EQ(delete_offset(world, "views"), ErrorCode::NONE);
  EXPECT_EQ(offset_in(world, "views"), std::nullopt);
  const auto written = world.log.size();
  EXPECT_EQ(delete_offset(world, "views"), ErrorCode::NONE) << "there is none: nothing is written";
  EXPECT_EQ(world.log.size(), written);
  world.leave({{ids[0], std::nullopt}});
  EXPECT_EQ(delete_offset(world, "clicks"), ErrorCode::NONE);
}

TEST(OffsetDelete, OfAGroupThatIsNotOfConsumersNeedsItEmpty) {
  World world;
  auto connect = World::member();
  connect.protocol_type = "connect";
  const auto ids = world.make_stable({connect});
  EXPECT_EQ(delete_offset(world, "clicks"), ErrorCode::NON_EMPTY_GROUP);
  world.leave({{ids[0], std::nullopt}});
  EXPECT_EQ(delete_offset(world, "clicks"), ErrorCode::NONE);
}

ErrorCode delete_group(World& world) {
  ErrorCode code = ErrorCode::NONE;
  world.run([&](Moment at, Effects& effects) {
    static_cast<void>(at);
    code = world.machine().delete_group(World::kGroup, effects);
  });
  return code;
}

TEST(DeleteGroup, TakesItsOffsetsWithIt) {
  World world;
  EXPECT_EQ(delete_group(world), ErrorCode::GROUP_ID_NOT_FOUND);
  const auto ids = world.make_stable(1);
  world.commit(commit_as(ids[0], 1));
  EXPECT_EQ(delete_group(world), ErrorCode::NON_EMPTY_GROUP);
  world.leave({{ids[0], std::nullopt}});
  world.commit_in_transaction(ProducerId(1), "clicks", 0, 9);
  world.commit_in_transaction(ProducerId(1), "views", 0, 9);
  world.commit_in_transaction(ProducerId(2), "views", 0, 9);
  const auto written = world.log.size();
  EXPECT_EQ(delete_group(world), ErrorCode::NONE);
  EXPECT_EQ(world.log.size(), written + 3) << "clicks, views once, the group";
  world.end_transaction(ProducerId(1), true);
  EXPECT_EQ(offset_in(world), std::nullopt);
  EXPECT_FALSE(world.groups().find(World::kGroup));
  world.start();
  EXPECT_FALSE(world.groups().find(World::kGroup));
}

TEST(TopicDeletion, TakesTheOffsetsOfThatTopic) {
  World world;
  const Uuid id = Uuid::from_halves(0, 7);
  const auto remove = [&](const char* topic, Uuid of) {
    world.run([&](Moment at, Effects& effects) {
      static_cast<void>(at);
      world.machine().delete_topics_offsets(topic, of, effects);
      EXPECT_FALSE(effects.is_atomic);
    });
  };
  auto command = commit_of(5);
  command.topics[0].id = id;
  world.commit(command);
  world.commit(commit_of(6, "views"));
  world.commit_in_transaction(ProducerId(1), "views", 0, 9);
  remove("clicks", Uuid::from_halves(0, 8));
  EXPECT_EQ(offset_in(world), 5) << "another topic of that name";
  remove("clicks", id);
  EXPECT_EQ(offset_in(world), std::nullopt);
  remove("views", id);
  world.end_transaction(ProducerId(1), true);
  EXPECT_EQ(offset_in(world, "views"), std::nullopt) << "committed by name, and in a transaction";
}

// --- expiry

TEST(Expiry, OfASimpleGroupCountsFromTheCommit) {
  World world;
  world.commit(commit_of(5));
  world.advance(kWeek - milliseconds(1));
  EXPECT_EQ(offset_in(world), 5);
  world.advance(kCheck);
  EXPECT_EQ(offset_in(world), std::nullopt);
  EXPECT_FALSE(world.groups().find(World::kGroup)) << "nothing is left of it";
  world.start();
  EXPECT_TRUE(world.groups().all().empty());
}

TEST(Expiry, OfAnEmptyGroupCountsFromWhenTheLastMemberLeft) {
  World world;
  const auto ids = world.make_stable(1);
  world.commit(commit_as(ids[0], 1));
  for (int i = 0; i < 1'000; ++i) {
    world.advance(milliseconds(9'000));
    world.heartbeat(ids[0], 1);
  }
  world.leave({{ids[0], std::nullopt}});
  world.advance(kWeek - milliseconds(1));
  EXPECT_EQ(offset_in(world), 5);
  world.advance(kCheck);
  EXPECT_EQ(offset_in(world), std::nullopt);
}

TEST(Expiry, SparesWhatAStableGroupReads) {
  GroupSettings settings;
  settings.offsets_retention = milliseconds(1'000);
  settings.retention_check_interval = milliseconds(2'000);
  World world(settings);
  const auto ids = world.make_stable(1);
  auto command = commit_as(ids[0], 1);
  command.topics.push_back({"views", Uuid(), {{0, 6, -1, ""}}});
  world.commit(command);
  world.advance(milliseconds(4'000));
  EXPECT_EQ(offset_in(world), 5);
  EXPECT_EQ(offset_in(world, "views"), std::nullopt);
  world.commit(command);
  world.join(World::member(ids[0], {"range", "sticky"}));
  EXPECT_FALSE(world.group().is(ClassicState::stable));
  world.advance(milliseconds(4'000));
  EXPECT_EQ(offset_in(world, "views"), 6) << "nothing expires in a rebalance";
}

TEST(Expiry, GoesByWhatTheClientAskedFor) {
  World world;
  auto command = commit_of(5);
  command.retention_ms = 1'000;
  world.commit(command);
  command = commit_of(6, "views");
  command.retention_ms = std::numeric_limits<std::int64_t>::max();  // Wraps, as in Java: long over.
  world.commit(command);
  world.commit(commit_of(7, "kept"));
  world.advance(kCheck);
  EXPECT_EQ(offset_in(world), std::nullopt);
  EXPECT_EQ(offset_in(world, "views"), std::nullopt);
  EXPECT_EQ(offset_in(world, "kept"), 7);
}

TEST(Expiry, WaitsForTransactions) {
  World world;
  world.commit(commit_of(5));
  world.commit_in_transaction(ProducerId(1), "clicks", 0, 9);
  world.advance(kWeek + kCheck);
  EXPECT_EQ(offset_in(world), 5);
  world.end_transaction(ProducerId(1), false);
  world.advance(kCheck);
  EXPECT_EQ(offset_in(world), std::nullopt);
}

TEST(Expiry, OfAGroupThatNeverHadOffsetsRemovesIt) {
  World world;
  const auto ids = world.make_stable(1);
  world.leave({{ids[0], std::nullopt}});
  world.advance(kCheck);
  EXPECT_FALSE(world.groups().find(World::kGroup));
}

// --- what is there

TEST(DescribeGroups, ShowsMetadataOfAStableGroupOnly) {
  World world;
  EXPECT_FALSE(world.machine().describe(World::kGroup));
  const auto ids = world.make_stable(1);
  const auto stable = world.machine().describe(World::kGroup);
  EXPECT_EQ(stable->state, "Stable");
  EXPECT_EQ(stable->protocol_type, "consumer");
  EXPECT_EQ(stable->protocol_data, "range");
  ASSERT_EQ(stable->members.size(), 1U);
  EXPECT_EQ(stable->members[0].member_id, ids[0]);
  EXPECT_EQ(stable->members[0].client_id, "app");
  EXPECT_EQ(stable->members[0].client_host, "/127.0.0.1");
  EXPECT_EQ(*stable->members[0].metadata, World::subscription({"clicks"}));
  EXPECT_EQ(*stable->members[0].assignment, World::bytes_of("of " + ids[0]));

  world.join(World::member());
  world.join(World::member(ids[0], {"range", "sticky"}));
  const auto rebalancing = world.machine().describe(World::kGroup);
  EXPECT_EQ(rebalancing->state, "PreparingRebalance");
  EXPECT_EQ(rebalancing->protocol_data, "");
  EXPECT_TRUE(rebalancing->members[0].metadata->empty());
  EXPECT_FALSE(rebalancing->members[0].assignment->empty());
}

TEST(ListGroups, NamesEveryGroupWithItsState) {
  World world;
  world.make_stable(1);
  auto simple = commit_of(5);
  simple.group_id = "tool";
  world.commit(simple);
  const auto listed = world.machine().list();
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].group_id, "orders");
  EXPECT_EQ(listed[0].protocol_type, "consumer");
  EXPECT_EQ(listed[0].state, "Stable");
  EXPECT_EQ(listed[1].group_id, "tool");
  EXPECT_EQ(listed[1].protocol_type, "");
  EXPECT_EQ(listed[1].state, "Empty");
}

}  // namespace
}  // namespace muir::server
