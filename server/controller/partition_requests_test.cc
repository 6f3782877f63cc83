// AlterPartition, ElectLeaders, AssignReplicasToDirs, AllocateProducerIds, UpdateFeatures, ControllerRegistration.
#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "server/controller/controller_fixture.h"
#include "server/controller/elect_leaders.h"
#include "server/controller/producer_ids.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

Replicas ids(std::initializer_list<std::int32_t> values) { return replicas_of(std::vector<std::int32_t>(values)); }

class PartitionRequests : public testing::Test {
 protected:
  PartitionRequests() {
    for (std::int32_t id = 1; id <= 3; ++id) world.start_broker(id);
    world.create("t", {{1, 2, 3}});
    topic_id = world.controller.image().topics.find(StoredTopicView{"t"})->id;
  }

  // The leader of t-0 proposes an ISR, by what it knows of the partition.
  wire::AlterPartitionRequest proposal(std::initializer_list<std::int32_t> isr) {
    const auto& partition = world.partition("t");
    wire::AlterPartitionRequest request;
    request.broker_id = partition.leader.value;
    request.broker_epoch = world.epoch_of(request.broker_id);
    auto& topic = request.topics.emplace_back();
    topic.topic_id = topic_id;
    auto& data = topic.partitions.emplace_back();
    data.partition_index = 0;
    data.leader_epoch = partition.leader_epoch.value;
    data.partition_epoch = partition.partition_epoch;
    for (const auto id : isr) {
      auto& member = data.new_isr_with_epochs.emplace_back();
      member.broker_id = id;
      member.broker_epoch = world.epoch_of(id);
    }
    return request;
  }
  wire::AlterPartitionResponse::PartitionData send(const wire::AlterPartitionRequest& request) {
    return world.run(world.controller.alter_partition(world.context(3), request)).topics.at(0).partitions.at(0);
  }

  ControllerFixture world;
  Uuid topic_id;
};

TEST_F(PartitionRequests, ShrinkAndExpandTheIsrWithoutANewLeaderEpoch) {
  const auto shrunk = send(proposal({1, 2}));
  EXPECT_EQ(shrunk.error_code, ErrorCode::NONE);
  EXPECT_EQ(shrunk.partition_epoch, 1);
  EXPECT_EQ(shrunk.leader_epoch, 0);
  EXPECT_EQ(world.partition("t").isr, ids({1, 2}));

  const auto expanded = send(proposal({1, 2, 3}));
  EXPECT_EQ(expanded.isr, (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_EQ(expanded.partition_epoch, 2);
}

TEST_F(PartitionRequests, RefuseAnIsrInKafkasOrderOfChecks) {
  const auto code = [&](auto change) {
    auto request = proposal({1, 2});
    change(request, request.topics[0].partitions[0]);
    return send(request).error_code;
  };
  EXPECT_EQ(code([](auto& r, auto&) { r.topics[0].topic_id = Uuid::from_halves(3, 3); }), ErrorCode::UNKNOWN_TOPIC_ID);
  EXPECT_EQ(code([](auto&, auto& p) { p.partition_index = 9; }), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  EXPECT_EQ(code([](auto&, auto& p) { p.leader_epoch = 1; }), ErrorCode::NOT_CONTROLLER);
  EXPECT_EQ(code([](auto&, auto& p) { p.partition_epoch = 1; }), ErrorCode::NOT_CONTROLLER);
  EXPECT_EQ(code([](auto&, auto& p) { p.leader_epoch = -1, p.partition_epoch = -1; }), ErrorCode::FENCED_LEADER_EPOCH);
  EXPECT_EQ(code([this](auto& r, auto&) { r.broker_id = 2, r.broker_epoch = world.epoch_of(2); }),
            ErrorCode::INVALID_REQUEST);
  EXPECT_EQ(code([](auto&, auto& p) { p.partition_epoch = -1; }), ErrorCode::INVALID_UPDATE_VERSION);
  EXPECT_EQ(code([](auto&, auto& p) { p.new_isr_with_epochs[1].broker_id = 7; }), ErrorCode::INVALID_REQUEST);
  EXPECT_EQ(code([](auto&, auto& p) { p.new_isr_with_epochs[1].broker_id = 1; }), ErrorCode::INVALID_REQUEST);
  EXPECT_EQ(code([](auto&, auto& p) { p.new_isr_with_epochs.erase(p.new_isr_with_epochs.begin()); }),
            ErrorCode::INVALID_REQUEST);
  EXPECT_EQ(code([](auto&, auto& p) { p.leader_recovery_state = 1; }), ErrorCode::INVALID_REQUEST);
  EXPECT_EQ(code([](auto&, auto& p) { p.new_isr_with_epochs[1].broker_epoch += 1; }), ErrorCode::INELIGIBLE_REPLICA);
  auto stale = proposal({1});
  stale.broker_epoch -= 1;
  EXPECT_EQ(world.run(world.controller.alter_partition(world.context(3), stale)).error_code,
            ErrorCode::STALE_BROKER_EPOCH);
}

TEST_F(PartitionRequests, RefuseABrokerThatIsFencedIntoTheIsr) {
  ASSERT_EQ(send(proposal({1, 2})).error_code, ErrorCode::NONE);
  ASSERT_TRUE(world.heartbeat(3, true).is_fenced);

  EXPECT_EQ(send(proposal({1, 2, 3})).error_code, ErrorCode::INELIGIBLE_REPLICA);
}

TEST_F(PartitionRequests, EndAReassignmentWhenTheNewReplicasAreInSync) {
  wire::PartitionChangeRecord change;
  change.topic_id = topic_id;
  change.partition_id = 0;
  change.removing_replicas = {1};
  world.append({frame_of(change, 2)});

  EXPECT_EQ(send(proposal({1, 2})).error_code, ErrorCode::NONE);
  EXPECT_EQ(world.partition("t").replicas, ids({1, 2, 3})) << "broker 3 is not in sync yet";
  EXPECT_EQ(send(proposal({1, 2, 3})).error_code, ErrorCode::NEW_LEADER_ELECTED);

  const auto& partition = world.partition("t");
  EXPECT_EQ(partition.replicas, ids({2, 3}));
  EXPECT_EQ(partition.leader, NodeId{2});
  EXPECT_FALSE(partition.is_reassigning());
}

TEST_F(PartitionRequests, ElectThePreferredLeaderWhenAsked) {
  ASSERT_TRUE(world.heartbeat(1, true).is_fenced);
  ASSERT_FALSE(world.heartbeat(1, false).is_fenced);
  ASSERT_EQ(world.partition("t").leader, NodeId{2});
  wire::ElectLeadersRequest request;
  request.topic_partitions.emplace();
  auto& asked = request.topic_partitions->emplace_back();
  asked.topic = "t";
  asked.partitions = {0, 9};
  request.topic_partitions->emplace_back().topic = "nope";
  request.topic_partitions->back().partitions = {0};

  const auto early = world.run(world.controller.elect_leaders(world.context(2), request));
  EXPECT_EQ(early.replica_election_results.at(0).partition_result.at(0).error_message,
            "The preferred leader was not available.");
  EXPECT_EQ(early.replica_election_results.at(0).partition_result.at(1).error_message, "No such partition as t-9");
  EXPECT_EQ(early.replica_election_results.at(1).partition_result.at(0).error_message, "No such topic as nope");

  ASSERT_EQ(send(proposal({1, 2, 3})).error_code, ErrorCode::NONE);
  const auto elected = world.run(world.controller.elect_leaders(world.context(2), request));
  EXPECT_EQ(elected.replica_election_results.at(0).partition_result.at(0).error_code, ErrorCode::NONE);
  EXPECT_EQ(world.partition("t").leader, NodeId{1});

  const auto again = world.run(world.controller.elect_leaders(world.context(2), request));
  EXPECT_EQ(again.replica_election_results.at(0).partition_result.at(0).error_message,
            "Leader election not needed for topic partition.");
}

TEST_F(PartitionRequests, GiveLeadershipBackWhenLeadersAreBalanced) {
  ASSERT_TRUE(world.heartbeat(1, true).is_fenced);
  ASSERT_FALSE(world.heartbeat(1, false).is_fenced);
  ASSERT_EQ(send(proposal({1, 2, 3})).error_code, ErrorCode::NONE);

  world.append(world.controller.balance_leaders(world.context()).records);

  EXPECT_EQ(world.partition("t").leader, NodeId{1});
  EXPECT_TRUE(world.controller.balance_leaders(world.context()).records.empty());
}

TEST_F(PartitionRequests, RememberInWhichDirectoryAReplicaLies) {
  const auto directory = Uuid::from_halves(9, 5000);
  wire::AssignReplicasToDirsRequest request;
  request.broker_id = 3;
  request.broker_epoch = world.epoch_of(3);
  auto& asked = request.directories.emplace_back();
  asked.id = directory;
  auto& topic = asked.topics.emplace_back();
  topic.topic_id = topic_id;
  topic.partitions.emplace_back().partition_index = 0;
  topic.partitions.emplace_back().partition_index = 9;

  const auto response = world.run(world.controller.assign_replicas_to_dirs(world.context(), request));

  const auto& answered = response.directories.at(0).topics.at(0).partitions;
  EXPECT_EQ(answered.at(0).error_code, ErrorCode::NONE);
  EXPECT_EQ(answered.at(1).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  EXPECT_EQ(world.partition("t").directory_of(NodeId{3}), directory);
  EXPECT_EQ(world.partition("t").isr, ids({1, 2})) << "that directory is not among its online ones";
}

TEST_F(PartitionRequests, HandOutProducerIdsInBlocksThatNeverMeet) {
  wire::AllocateProducerIdsRequest request;
  request.broker_id = 2;
  request.broker_epoch = world.epoch_of(2);

  const auto first = world.run(world.controller.allocate_producer_ids(world.context(), request));
  const auto second = world.run(world.controller.allocate_producer_ids(world.context(), request));

  EXPECT_EQ(first.producer_id_start, 0);
  EXPECT_EQ(first.producer_id_len, kProducerIdBlockSize);
  EXPECT_EQ(second.producer_id_start, 1000);
  request.broker_epoch -= 1;
  EXPECT_EQ(world.run(world.controller.allocate_producer_ids(world.context(), request)).error_code,
            ErrorCode::STALE_BROKER_EPOCH);
}

class FeatureUpdates : public PartitionRequests {
 protected:
  wire::UpdateFeaturesResponse update(std::string_view feature, FeatureLevel level, std::int8_t type) {
    wire::UpdateFeaturesRequest request;
    auto& asked = request.feature_updates.emplace_back();
    asked.feature = feature;
    asked.max_version_level = level;
    asked.upgrade_type = type;
    return world.run(world.controller.update_features(world.context(2), request));
  }
  std::string message(std::string_view feature, FeatureLevel level, std::int8_t type) {
    const std::string prefix = "The update failed for all features since the following feature had an error: ";
    const auto response = update(feature, level, type);
    EXPECT_EQ(response.error_code, ErrorCode::INVALID_UPDATE_VERSION);
    const std::string text(response.error_message.value_or(""));
    EXPECT_TRUE(text.starts_with(prefix)) << text;
    return text.substr(std::min(prefix.size(), text.size()));
  }
};

TEST_F(FeatureUpdates, LowerAFeatureOnlyOnRequest) {
  EXPECT_EQ(message("group.version", 0, 1),
            "Invalid update version 0 for feature group.version. Can't downgrade the version of this feature without "
            "setting the upgrade type to either safe or unsafe downgrade.");

  EXPECT_EQ(update("group.version", 0, 2).error_code, ErrorCode::NONE);

  EXPECT_EQ(world.controller.image().features.level_of("group.version"), 0);
}

TEST_F(FeatureUpdates, RefuseWhatANodeDoesNotSupport) {
  EXPECT_EQ(message("group.version", 7, 1),
            "Invalid update version 7 for feature group.version. Local controller 1 only supports versions 0-1");
  EXPECT_EQ(message("nope", 1, 1),
            "Invalid update version 1 for feature nope. Local controller 1 does not support this feature.");
}

TEST_F(FeatureUpdates, RefuseToLoseMetadata) {
  EXPECT_EQ(message("metadata.version", 29, 2),
            "Unsupported metadata.version downgrade from 30 to 29. Refusing to perform the requested downgrade because "
            "it might delete metadata information.");
}

}  // namespace
}  // namespace muir::server
