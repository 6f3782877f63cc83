#include "server/controller/partition_reassignments.h"

#include <string>

#include <gtest/gtest.h>

#include "server/controller/controller_fixture.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Answer = std::pair<ErrorCode, std::string>;

Replicas ids(std::initializer_list<std::int32_t> values) { return replicas_of(std::vector<std::int32_t>(values)); }

class PartitionReassignments : public testing::Test {
 protected:
  PartitionReassignments() {
    for (std::int32_t id = 1; id <= 4; ++id) world.start_broker(id);
    world.create("t", {{1, 2, 3}});
  }

  // Reassigns, or cancels where `replicas` is nothing.
  Answer alter(std::optional<std::vector<std::int32_t>> replicas, bool allow_factor_change = true,
               std::string_view topic = "t", std::int32_t index = 0) {
    wire::AlterPartitionReassignmentsRequest request;
    request.allow_replication_factor_change = allow_factor_change;
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    auto& partition = asked.partitions.emplace_back();
    partition.partition_index = index;
    partition.replicas = std::move(replicas);
    const auto response = world.run(world.controller.alter_partition_reassignments(world.context(1), request));
    EXPECT_EQ(response.error_code, ErrorCode::NONE);
    const auto& result = response.responses.at(0).partitions.at(0);
    return {result.error_code, std::string(result.error_message.value_or(""))};
  }
  wire::ListPartitionReassignmentsResponse list(std::optional<std::vector<std::int32_t>> indexes = std::nullopt) {
    wire::ListPartitionReassignmentsRequest request;
    if (indexes) {
      auto& topic = request.topics.emplace().emplace_back();
      topic.name = "t";
      topic.partition_indexes = *indexes;
      request.topics->emplace_back().name = "nope";
    }
    return world.run(world.controller.list_partition_reassignments(world.context(0), request));
  }
  // The leader of t-0 tells that these are in sync.
  void set_isr(std::initializer_list<std::int32_t> isr) {
    const auto& partition = world.partition("t");
    wire::AlterPartitionRequest request;
    request.broker_id = partition.leader.value;
    request.broker_epoch = world.epoch_of(request.broker_id);
    auto& topic = request.topics.emplace_back();
    topic.topic_id = world.controller.image().topics.find(StoredTopicView{"t"})->id;
    auto& data = topic.partitions.emplace_back();
    data.leader_epoch = partition.leader_epoch.value;
    data.partition_epoch = partition.partition_epoch;
    for (const auto id : isr) {
      auto& member = data.new_isr_with_epochs.emplace_back();
      member.broker_id = id;
      member.broker_epoch = world.epoch_of(id);
    }
    world.run(world.controller.alter_partition(world.context(3), request));
  }

  ControllerFixture world;
};

TEST_F(PartitionReassignments, AddTheNewReplicasFirstAndTakeTheOldOnesAwayWhenTheNewAreInSync) {
  EXPECT_EQ(alter({{4, 2, 3}}), Answer());

  EXPECT_EQ(world.partition("t").replicas, ids({4, 2, 3, 1}));
  EXPECT_EQ(world.partition("t").adding_replicas, ids({4}));
  EXPECT_EQ(world.partition("t").removing_replicas, ids({1}));
  EXPECT_EQ(world.partition("t").leader, NodeId{1});

  set_isr({1, 2, 3, 4});
  EXPECT_EQ(world.partition("t").replicas, ids({4, 2, 3}));
  EXPECT_EQ(world.partition("t").leader, NodeId{4});
  EXPECT_FALSE(world.partition("t").is_reassigning());
}

TEST_F(PartitionReassignments, AreCompleteAtOnceWhereNothingHasToBeCopied) {
  EXPECT_EQ(alter({{3, 1, 2}}), Answer());
  EXPECT_EQ(world.partition("t").replicas, ids({3, 1, 2}));
  EXPECT_EQ(world.partition("t").leader, NodeId{1}) << "the preferred leader is a matter of an election";

  EXPECT_EQ(alter({{3, 1}}), Answer());
  EXPECT_EQ(world.partition("t").replicas, ids({3, 1}));
  EXPECT_FALSE(world.partition("t").is_reassigning());
}

TEST_F(PartitionReassignments, ChangeNothingWhenThePartitionIsAsWished) {
  const auto before = world.partition("t");
  EXPECT_EQ(alter({{1, 2, 3}}), Answer());
  EXPECT_EQ(world.partition("t"), before);
}

TEST_F(PartitionReassignments, AreListedWhileTheyRun) {
  EXPECT_TRUE(list().topics.empty());
  ASSERT_EQ(alter({{4, 2, 3}}), Answer());

  for (const auto& listed : {list(), list({{0, 9}})}) {
    ASSERT_EQ(listed.topics.size(), 1u);
    EXPECT_EQ(listed.topics[0].name, "t");
    const auto& partition = listed.topics[0].partitions.at(0);
    EXPECT_EQ(partition.replicas, (std::vector<std::int32_t>{4, 2, 3, 1}));
    EXPECT_EQ(partition.adding_replicas, std::vector<std::int32_t>{4});
    EXPECT_EQ(partition.removing_replicas, std::vector<std::int32_t>{1});
  }
  EXPECT_TRUE(list({{}}).topics.empty());
}

TEST_F(PartitionReassignments, CanBeTakenBack) {
  EXPECT_EQ(alter(std::nullopt), Answer(ErrorCode::NO_REASSIGNMENT_IN_PROGRESS, ""));
  ASSERT_EQ(alter({{4, 2, 3}}), Answer());

  EXPECT_EQ(alter(std::nullopt), Answer());

  EXPECT_EQ(world.partition("t").replicas, ids({2, 3, 1}));
  EXPECT_FALSE(world.partition("t").is_reassigning());
}

TEST_F(PartitionReassignments, AreNotTakenBackAtTheCostOfRecords) {
  ASSERT_EQ(alter({{4}}), Answer());
  for (const std::int32_t id : {2, 3}) ASSERT_TRUE(world.heartbeat(id, true).is_fenced);
  wire::PartitionChangeRecord change;  // Only the new one has everything.
  change.topic_id = world.controller.image().topics.find(StoredTopicView{"t"})->id;
  change.partition_id = 0;
  change.isr = {4};
  change.leader = 4;
  world.append({frame_of(change, 2)});

  EXPECT_EQ(alter(std::nullopt).second,
            "Unable to revert partition assignment for t:0 because it would require an unclean leader election.");
}

TEST_F(PartitionReassignments, AreRefusedInKafkasWords) {
  EXPECT_EQ(alter({{1}}, true, "nope"),
            Answer(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named nope."));
  EXPECT_EQ(alter({{1}}, true, "t", 7), Answer(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "Unable to find partition t:7."));
  EXPECT_EQ(alter({{}}), Answer(ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                                "The manual partition assignment includes an empty replica list."));
  EXPECT_EQ(alter({{9}}, false),
            Answer(ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                   "The manual partition assignment includes broker 9, but no such broker is registered."));
  EXPECT_EQ(alter({{1, 1}}), Answer(ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                                    "The manual partition assignment includes the broker 1 more than once."));
  EXPECT_EQ(alter({{1, 2}}, false),
            Answer(ErrorCode::INVALID_REPLICATION_FACTOR, "The replication factor is changed from 3 to 2"));
  EXPECT_EQ(alter({{1, 2, 4}}, false), Answer());
  EXPECT_EQ(alter({{1, 2, 3, 4}}, false),
            Answer(ErrorCode::INVALID_REPLICATION_FACTOR, "The replication factor is changed from 3 to 4"));
}

}  // namespace
}  // namespace muir::server
