// Registration, heartbeats, fencing, and what they do to leaders, ISR and ELR.
#include <string>

#include <gtest/gtest.h>

#include "server/controller/broker_registration_request.h"
#include "server/controller/controller_fixture.h"
#include "server/controller/leader_updates.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

Replicas ids(std::initializer_list<std::int32_t> values) { return replicas_of(std::vector<std::int32_t>(values)); }

class BrokerLifecycle : public testing::Test {
 protected:
  void start(std::int32_t brokers) {
    for (std::int32_t id = 1; id <= brokers; ++id) world.start_broker(id);
  }
  void set_min_isr(std::string_view value) {
    wire::ConfigRecord record;
    record.resource_type = 4;
    record.name = "min.insync.replicas";
    record.value = value;
    world.append({frame_of(record)});
  }
  void fall_silent(std::int32_t id) {
    for (int eighth = 0; eighth < 10; ++eighth) {
      world.now += std::chrono::milliseconds(1125);
      for (const auto& [other, broker] : world.controller.image().cluster.brokers()) {
        if (other.value != id && !broker->is_fenced) world.heartbeat(other.value, false);
      }
      world.append(world.controller.fence_stale_broker(world.context()).records);
    }
  }
  const BrokerRegistration& broker(std::int32_t id) const {
    return *world.controller.image().cluster.broker(NodeId{id});
  }

  ControllerFixture world;
};

TEST_F(BrokerLifecycle, RegistersFencedWithTheOffsetAsEpoch) {
  const auto offset = world.end();

  const auto response = world.register_broker(1, 7);

  EXPECT_EQ(response.error_code, ErrorCode::NONE);
  EXPECT_EQ(response.broker_epoch, offset.value);
  EXPECT_TRUE(broker(1).is_fenced);
}

TEST_F(BrokerLifecycle, UnfencesOnceTheBrokerKnowsOfItsOwnRegistration) {
  const auto response = world.register_broker(1, 7);
  wire::BrokerHeartbeatRequest request;
  request.broker_id = 1;
  request.broker_epoch = response.broker_epoch;
  request.current_metadata_offset = response.broker_epoch - 1;

  EXPECT_TRUE(world.run(world.controller.broker_heartbeat(world.context(2), request)).is_fenced);
  request.current_metadata_offset = response.broker_epoch;
  const auto answer = world.run(world.controller.broker_heartbeat(world.context(2), request));

  EXPECT_FALSE(answer.is_fenced);
  EXPECT_TRUE(answer.is_caught_up);
  EXPECT_FALSE(broker(1).is_fenced);
}

TEST_F(BrokerLifecycle, RefusesASecondProcessWhileTheFirstLives) {
  start(1);

  EXPECT_EQ(world.register_broker(1, 999).error_code, ErrorCode::DUPLICATE_BROKER_REGISTRATION);
  EXPECT_EQ(world.register_broker(1, 101).error_code, ErrorCode::NONE) << "the same process may say it again";
  fall_silent(1);
  EXPECT_EQ(world.register_broker(1, 999).error_code, ErrorCode::NONE);
}

TEST_F(BrokerLifecycle, RefusesDirectoriesOfAnotherBroker) {
  start(1);
  wire::BrokerRegistrationRequest request;
  request.broker_id = 2;
  request.cluster_id = "cluster";
  request.incarnation_id = Uuid::from_halves(5, 5);
  const auto answer = [&] { return world.run(world.controller.register_broker(world.context(4), request)).error_code; };

  EXPECT_EQ(answer(), ErrorCode::INVALID_REGISTRATION) << "no directory at all";
  request.log_dirs = {Uuid::from_halves(0, 99)};
  EXPECT_EQ(answer(), ErrorCode::INVALID_REGISTRATION) << "a reserved one";
  request.log_dirs = {broker(1).log_dirs.front()};
  EXPECT_EQ(answer(), ErrorCode::INVALID_REGISTRATION) << "one of broker 1";
  request.log_dirs = {Uuid::from_halves(4, 4)};
  EXPECT_EQ(answer(), ErrorCode::INVALID_REGISTRATION) << "no metadata.version";
  request.cluster_id = "other";
  EXPECT_EQ(answer(), ErrorCode::INCONSISTENT_CLUSTER_ID);
}

TEST_F(BrokerLifecycle, RefusesABrokerThatLacksAnyFinalizedFeature) {
  for (const auto missing : {"kraft.version", "transaction.version", "group.version", "share.version",
                             "streams.version", "eligible.leader.replicas.version"}) {
    wire::BrokerRegistrationRequest request;
    request.broker_id = 1;
    request.cluster_id = "cluster";
    request.log_dirs = {Uuid::from_halves(4, 4)};
    const auto supported = ControllerSettings::default_supported_features();
    for (const auto& [name, range] : supported) {
      if (name == missing) continue;
      auto& feature = request.features.emplace_back();
      feature.name = name;
      feature.min_supported_version = range.min;
      feature.max_supported_version = range.max;
    }
    EXPECT_EQ(world.run(world.controller.register_broker(world.context(4), request)).error_code,
              ErrorCode::UNSUPPORTED_VERSION)
        << missing;
  }
}

TEST_F(BrokerLifecycle, RefusesAHeartbeatOfAnotherEpoch) {
  start(1);
  wire::BrokerHeartbeatRequest request;
  request.broker_id = 1;
  request.broker_epoch = world.epoch_of(1) - 1;

  EXPECT_EQ(world.run(world.controller.broker_heartbeat(world.context(2), request)).error_code,
            ErrorCode::STALE_BROKER_EPOCH);
  request.broker_id = 2;
  EXPECT_EQ(world.run(world.controller.broker_heartbeat(world.context(2), request)).error_code,
            ErrorCode::STALE_BROKER_EPOCH);
}

TEST_F(BrokerLifecycle, ElectsAnotherLeaderWhenTheLeaderFallsSilent) {
  start(3);
  world.create("t", {{1, 2, 3}});

  fall_silent(1);

  const auto& partition = world.partition("t");
  EXPECT_TRUE(broker(1).is_fenced);
  EXPECT_EQ(partition.leader, NodeId{2});
  EXPECT_EQ(partition.isr, ids({2, 3}));
  EXPECT_EQ(partition.leader_epoch, Epoch{1});
  EXPECT_TRUE(partition.elr.empty()) << "the ISR is not below min.insync.replicas";
}

TEST_F(BrokerLifecycle, KeepsWhoLeavesAShortIsrEligible) {
  start(2);
  set_min_isr("2");
  world.create("t", {{1, 2}});

  fall_silent(1);
  EXPECT_EQ(world.partition("t").elr, ids({1}));
  EXPECT_EQ(world.partition("t").isr, ids({2}));

  fall_silent(2);
  EXPECT_EQ(world.partition("t").elr, ids({1, 2}));
  EXPECT_TRUE(world.partition("t").isr.empty());
  EXPECT_EQ(world.partition("t").leader, kNoNode);
  EXPECT_EQ(world.partition("t").last_known_elr, ids({2}));
}

TEST_F(BrokerLifecycle, ElectsAnEligibleReplicaAsSoonAsItIsUnfenced) {
  start(2);
  set_min_isr("2");
  world.create("t", {{1, 2}});
  fall_silent(1);
  fall_silent(2);

  EXPECT_FALSE(world.heartbeat(1, false).is_fenced);

  const auto& partition = world.partition("t");
  EXPECT_EQ(partition.leader, NodeId{1});
  EXPECT_EQ(partition.isr, ids({1}));
  EXPECT_EQ(partition.elr, ids({2}));
  EXPECT_TRUE(partition.last_known_elr.empty());
  EXPECT_EQ(partition.leader_recovery_state, LeaderRecoveryState::RECOVERED) << "nothing committed was lost";
}

TEST_F(BrokerLifecycle, TrustsARestartedBrokerOnlyAfterACleanShutdown) {
  start(2);
  set_min_isr("2");
  world.create("clean", {{1, 2}});
  fall_silent(1);
  ASSERT_EQ(world.partition("clean").elr, ids({1}));

  world.register_broker(1, 201, world.epoch_of(1));
  EXPECT_EQ(world.partition("clean").elr, ids({1}));
  world.register_broker(1, 202, -1);
  EXPECT_TRUE(world.partition("clean").elr.empty());
}

TEST_F(BrokerLifecycle, StopsAtOnceABrokerThatLeadsNothing) {
  start(2);

  const auto answer = world.heartbeat(1, false, true);

  EXPECT_TRUE(answer.should_shut_down);
  EXPECT_TRUE(answer.is_fenced);
  EXPECT_TRUE(broker(1).is_fenced);
}

TEST_F(BrokerLifecycle, MovesLeadersBeforeABrokerStops) {
  start(2);
  world.create("t", {{1, 2}});

  EXPECT_FALSE(world.heartbeat(1, false, true).should_shut_down);
  EXPECT_TRUE(broker(1).is_in_controlled_shutdown);
  EXPECT_EQ(world.partition("t").leader, NodeId{2});
  EXPECT_EQ(world.partition("t").isr, ids({2}));

  EXPECT_FALSE(world.heartbeat(1, false, true).should_shut_down) << "broker 2 has not seen that it leads";
  world.heartbeat(2, false);
  EXPECT_TRUE(world.heartbeat(1, false, true).should_shut_down);
}

TEST_F(BrokerLifecycle, TakesFailedDirectoriesOffline) {
  start(2);
  world.create("t", {{1, 2}});
  wire::BrokerHeartbeatRequest request;
  request.broker_id = 1;
  request.broker_epoch = world.epoch_of(1);
  request.current_metadata_offset = world.end().value;
  request.offline_log_dirs = broker(1).log_dirs;

  world.run(world.controller.broker_heartbeat(world.context(2), request));

  EXPECT_EQ(world.partition("t").leader, NodeId{2});
  EXPECT_EQ(world.partition("t").isr, ids({2}));
}

TEST_F(BrokerLifecycle, CordonsDirectoriesAgainstNewReplicas) {
  start(2);
  wire::BrokerHeartbeatRequest request;
  request.broker_id = 1;
  request.broker_epoch = world.epoch_of(1);
  request.current_metadata_offset = world.end().value;
  request.cordoned_log_dirs = broker(1).log_dirs;
  world.run(world.controller.broker_heartbeat(world.context(2), request));
  const auto end = world.end();
  world.run(world.controller.broker_heartbeat(world.context(2), request));
  EXPECT_EQ(world.end(), end) << "the same list again is no change";

  wire::CreateTopicsRequest creation;
  auto& topic = creation.topics.emplace_back();
  topic.name = "t";
  topic.num_partitions = 6;
  topic.replication_factor = 1;
  world.run(world.controller.create_topics(world.context(7), creation));

  for (std::int32_t i = 0; i < 6; ++i) EXPECT_EQ(world.partition("t", i).leader, NodeId{2});
}

TEST_F(BrokerLifecycle, UnregistersABrokerForGood) {
  start(2);
  world.create("t", {{1, 2}});
  wire::UnregisterBrokerRequest request;
  request.broker_id = 1;

  EXPECT_EQ(world.run(world.controller.unregister_broker(world.context(), request)).error_code, ErrorCode::NONE);

  EXPECT_EQ(world.partition("t").leader, NodeId{2});
  EXPECT_EQ(world.controller.image().cluster.broker(NodeId{1}), nullptr);
  request.broker_id = 77;
  const auto refused = world.run(world.controller.unregister_broker(world.context(), request));
  EXPECT_EQ(refused.error_code, ErrorCode::BROKER_ID_NOT_REGISTERED);
  EXPECT_EQ(refused.error_message, "Broker ID 77 is not currently registered");
}

TEST_F(BrokerLifecycle, ElectsUncleanlyOnlyWhereTheTopicAllowsIt) {
  start(2);
  world.create("safe", {{1, 2}});
  world.create("lossy", {{1, 2}});
  wire::ConfigRecord record;
  record.resource_type = 2;
  record.resource_name = "lossy";
  record.name = "unclean.leader.election.enable";
  record.value = "true";
  world.append({frame_of(record)});
  fall_silent(2);
  // Broker 1 loses everything: it registers after an unclean end, and only broker 2 comes back.
  fall_silent(1);
  world.register_broker(1, 300, -1);
  EXPECT_FALSE(world.heartbeat(2, false).is_fenced);

  EXPECT_EQ(world.partition("safe").leader, kNoNode);
  const auto& lossy = world.partition("lossy");
  EXPECT_EQ(lossy.leader, NodeId{2});
  EXPECT_EQ(lossy.isr, ids({2}));
  EXPECT_EQ(lossy.leader_recovery_state, LeaderRecoveryState::RECOVERING);
}

}  // namespace
}  // namespace muir::server
