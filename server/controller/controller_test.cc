#include "server/controller/controller.h"

#include <deque>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/controller/controller_fixture.h"
#include "server/metadata/errc.h"
#include "server/metadata/metadata_loader.h"
#include "wire/schema/begin_transaction_record.h"

namespace muir::server {
namespace {

std::vector<MetadataRecordType> types_of(const std::vector<OwnedBytes>& frames) {
  std::vector<MetadataRecordType> types;
  for (const auto& frame : frames) types.push_back(read_record_head(frame)->type);
  return types;
}

// The state that replaying a log from its beginning leads to.
ControllerState replayed(const std::vector<OwnedBytes>& log) {
  ControllerState state;
  MetadataChanges changes;
  for (std::size_t i = 0; i < log.size(); ++i)
    EXPECT_TRUE(state.apply(log[i], Offset{static_cast<std::int64_t>(i)}, changes));
  return state;
}

Decision<wire::CreateTopicsResponse> creation(ControllerFixture& world, std::string_view name) {
  wire::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = 1;
  topic.replication_factor = 1;
  return world.controller.create_topics(world.context(7), request);
}

TEST(Activation, WritesTheBootstrapRecordsOfAnEmptyLogInATransaction) {
  const ControllerFixture world;

  using enum MetadataRecordType;
  EXPECT_EQ(types_of(world.log), (std::vector{BEGIN_TRANSACTION_RECORD, FEATURE_LEVEL_RECORD, FEATURE_LEVEL_RECORD,
                                              FEATURE_LEVEL_RECORD, FEATURE_LEVEL_RECORD, FEATURE_LEVEL_RECORD,
                                              FEATURE_LEVEL_RECORD, CONFIG_RECORD, END_TRANSACTION_RECORD}));
  const auto& configs = world.controller.image().configs.of({ConfigResourceType::BROKER, ""});
  EXPECT_EQ(configs, (DynamicConfigs{{"min.insync.replicas", "1"}}));
}

TEST(Activation, WritesNothingIntoALogThatHasAnOwner) {
  ControllerFixture world;
  world.controller.resign();

  const auto activation = world.controller.activate(world.context(), bootstrap_records());

  ASSERT_TRUE(activation);
  EXPECT_TRUE(activation->records.empty());
}

TEST(Activation, AbortsTheTransactionThatTheFormerControllerLeftOpen) {
  ControllerFixture world;
  world.append({frame_of(wire::BeginTransactionRecord())});
  wire::TopicRecord topic;
  topic.name = "half";
  topic.topic_id = Uuid::from_halves(3, 3);
  world.append({frame_of(topic)});
  world.controller.resign();

  auto activation = world.controller.activate(world.context(), bootstrap_records());

  ASSERT_TRUE(activation);
  EXPECT_EQ(types_of(activation->records), std::vector{MetadataRecordType::ABORT_TRANSACTION_RECORD});
  world.append(std::move(activation->records));
  EXPECT_EQ(world.controller.image().topics.size(), 0u);
}

TEST(Activation, NeedsAMetadataVersionToBeginWith) {
  const FewConfigs configs;
  Controller controller({.cluster_id = "c"}, configs, [] { return Uuid::random(); }, 1);

  EXPECT_EQ(controller.activate({}, {}).error(), MetadataErrc::invalid_value);
}

TEST(Controller, DecidesOnWhatIsAppliedAndAnswersFromWhatIsCommitted) {
  ControllerFixture world;
  world.start_broker(1);
  world.append(creation(world, "orders").records, false);

  EXPECT_EQ(creation(world, "orders").response.topics.at(0).error_code, wire::ErrorCode::TOPIC_ALREADY_EXISTS);
  EXPECT_EQ(world.controller.committed_image().topics.size(), 0u);

  world.controller.committed(world.end());
  EXPECT_EQ(world.controller.committed_image().topics.size(), 1u);
}

TEST(Controller, GoesBackToTheLastCommitWhenLeadershipIsLost) {
  ControllerFixture world;
  world.start_broker(1);
  world.append(creation(world, "kept.a").records);
  const auto committed = world.controller.image();
  const auto end = world.end();
  world.append(creation(world, "lost.b").records, false);
  world.append(creation(world, "lost.c").records, false);

  world.controller.rollback();

  EXPECT_TRUE(world.controller.image().is_same_cluster(committed));
  EXPECT_EQ(world.controller.image().last_offset, Offset{end.value - 1});
  world.log.resize(static_cast<std::size_t>(end.value));
  EXPECT_EQ(creation(world, "lost_b").response.topics.at(0).error_code, wire::ErrorCode::NONE)
      << "the name it would collide with was forgotten too";
  EXPECT_NE(creation(world, "kept_a").response.topics.at(0).error_code, wire::ErrorCode::NONE);
}

TEST(Controller, ABrokerThatCouldNotBeFencedIsFencedLater) {
  ControllerFixture world;
  world.start_broker(1);
  world.append(creation(world, "kept").records);
  world.now += std::chrono::minutes(1);
  const auto fencing = world.controller.fence_stale_broker(world.context());
  ASSERT_FALSE(fencing.records.empty());
  const auto end = world.end();
  world.append(fencing.records, false);

  world.controller.withdraw(world.now);

  world.log.resize(static_cast<std::size_t>(end.value));
  EXPECT_TRUE(world.controller.fence_stale_broker(world.context()).records.empty())
      << "it has time to say that it lives";
  world.now += std::chrono::minutes(1);
  EXPECT_FALSE(world.controller.fence_stale_broker(world.context()).records.empty());
}

TEST(Controller, IsFullAtItsLimitOfUncommittedBatches) {
  ControllerFixture world;
  for (std::size_t i = 0; i < Controller::kUncommittedBatchesMax; ++i) {
    EXPECT_FALSE(world.controller.is_full());
    world.append(world.controller.no_op().records, false);
  }

  EXPECT_TRUE(world.controller.is_full());
  world.controller.committed(world.end());
  EXPECT_FALSE(world.controller.is_full());
}

TEST(Controller, BeginsFromASnapshotAsFromTheLog) {
  ControllerFixture world;
  world.start_broker(1);
  world.append(creation(world, "foo.bar").records);
  const auto frames = world.controller.image().to_records();
  const std::vector<ByteView> views(frames.begin(), frames.end());
  Controller other({.node_id = NodeId{2}, .cluster_id = "cluster"}, world.configs, [] { return Uuid::random(); }, 1);

  ASSERT_TRUE(other.load_snapshot(world.end(), Epoch{1}, views));

  EXPECT_TRUE(other.image().is_same_cluster(world.controller.image()));
  EXPECT_TRUE(other.committed_image().is_same_cluster(world.controller.image()));
}

// Requests drawn from a seed, sensible and not.
class RandomRequests {
 public:
  explicit RandomRequests(std::uint64_t seed) : world(seed), random_(seed) {}

  void step() {
    world.now += std::chrono::milliseconds(below(900));
    switch (below(11)) {
      case 0:
        return create();
      case 1:
        return remove();
      case 2:
        return grow();
      case 3:
        return alter();
      case 4:
        return register_broker();
      case 5:
      case 6:
        return beat();
      case 7:
        return world.append(world.controller.fence_stale_broker(world.context()).records);
      case 8:
        return world.append(world.controller.balance_leaders(world.context()).records);
      case 9:
        return alter_partition();
      default:
        return world.append(world.controller.no_op().records);
    }
  }

  ControllerFixture world;

 private:
  std::int32_t below(std::int32_t limit) { return static_cast<std::int32_t>(random_() % static_cast<unsigned>(limit)); }
  std::string_view name() {
    names_.push_back((below(2) == 0 ? "t." : "t_") + std::to_string(below(8)));
    return names_.back();
  }
  void create() {
    wire::CreateTopicsRequest request;
    for (auto left = below(3); left >= 0; --left) {
      auto& topic = request.topics.emplace_back();
      topic.name = name();
      topic.num_partitions = below(5) - 1;
      topic.replication_factor = static_cast<std::int16_t>(below(5) - 1);
      if (below(3) != 0) continue;
      auto& config = topic.configs.emplace_back();
      config.name = below(3) == 0 ? "no.such" : "min.insync.replicas";
      config.value = below(2) == 0 ? "2" : "1";
    }
    world.run(world.controller.create_topics(world.context(7), request));
  }
  void remove() {
    wire::DeleteTopicsRequest request;
    request.topic_names = {name()};
    world.run(world.controller.delete_topics(world.context(5), request));
  }
  void grow() {
    wire::CreatePartitionsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name();
    topic.count = below(8);
    topic.assignments.reset();
    world.run(world.controller.create_partitions(world.context(3), request));
  }
  void alter() {
    wire::IncrementalAlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = below(2) == 0 ? 2 : 4;
    resource.resource_name = resource.resource_type == 2 ? name() : "";
    auto& config = resource.configs.emplace_back();
    config.name = below(2) == 0 ? "min.insync.replicas" : "unclean.leader.election.enable";
    config.value =
        config.name == "min.insync.replicas" ? (below(2) == 0 ? "2" : "1") : (below(2) == 0 ? "true" : "false");
    config.config_operation = static_cast<std::int8_t>(below(2));
    world.run(world.controller.incremental_alter_configs(world.context(1), request));
  }
  void register_broker() {
    const auto id = 1 + below(4);
    world.register_broker(id, random_(), below(2) == 0 ? world.epoch_of(id) : -1);
  }
  void beat() {
    const auto id = 1 + below(4);
    if (world.epoch_of(id) >= 0) world.heartbeat(id, below(8) == 0, below(10) == 0);
  }
  void alter_partition() {
    const auto* topic = world.controller.image().topics.find(StoredTopicView{name()});
    if (topic == nullptr) return;
    const auto& partition = *topic->partition(PartitionId{0});
    wire::AlterPartitionRequest request;
    request.broker_id = partition.leader.value;
    request.broker_epoch = world.epoch_of(request.broker_id);
    auto& asked = request.topics.emplace_back();
    asked.topic_id = topic->id;
    auto& data = asked.partitions.emplace_back();
    data.partition_index = 0;
    data.leader_epoch = partition.leader_epoch.value;
    data.partition_epoch = partition.partition_epoch;
    for (const auto id : partition.replicas) data.new_isr.push_back(id.value);
    world.run(world.controller.alter_partition(world.context(2), request));
  }

  std::mt19937_64 random_;
  std::deque<std::string> names_;
};

// What holds of every partition at any time.
void expect_sane(const MetadataImage& image) {
  for (const auto& [id, topic] : image.topics.by_id()) {
    for (const auto& [index, partition] : topic->partitions) {
      const auto& p = *partition;
      ASSERT_TRUE(contains_all(p.replicas, p.isr));
      ASSERT_TRUE(contains_all(p.replicas, p.elr));
      ASSERT_TRUE(without(p.isr, p.elr) == p.isr) << "ISR and ELR are disjoint";
      ASSERT_TRUE(!p.has_leader() || contains(p.isr, p.leader)) << "only a member of the ISR leads";
      // As in Kafka, one that was fenced while it was shutting down may lead once it is unfenced, without registering
      // again.
      const auto* leader = image.cluster.broker(p.leader);
      ASSERT_TRUE(!p.has_leader() || (leader != nullptr && !leader->is_fenced)) << "a fenced broker leads nothing";
      ASSERT_EQ(p.directories.size(), p.replicas.size());
    }
  }
}

TEST(Controller, IsInTheStateThatReplayingItsLogLeadsTo) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  RandomRequests requests(seed);
  for (std::int32_t id = 1; id <= 3; ++id) requests.world.start_broker(id);
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) {
      requests.step();
      expect_sane(requests.world.controller.image());
      if (testing::Test::HasFatalFailure()) return;
    }
    const auto replay = replayed(requests.world.log);
    ASSERT_TRUE(replay.image.is_same_cluster(requests.world.controller.image()));
    ASSERT_EQ(replay.image.to_records(), requests.world.controller.image().to_records());
  }
  EXPECT_GT(requests.world.log.size(), 300u);
}

TEST(Controller, WritesOnlyRecordsThatKafkaKnows) {
  RandomRequests requests(11);
  for (std::int32_t id = 1; id <= 3; ++id) requests.world.start_broker(id);
  for (int i = 0; i < 1000; ++i) requests.step();

  for (const auto& frame : requests.world.log) {
    const auto head = read_record_head(frame);
    ASSERT_TRUE(head);
    EXPECT_LE(head->version, record_version_max(head->type));
    if (head->type == MetadataRecordType::PARTITION_RECORD) {
      EXPECT_EQ(head->version, 2);
    }
    if (head->type == MetadataRecordType::REGISTER_BROKER_RECORD) {
      EXPECT_EQ(head->version, 4);
    }
  }
}

}  // namespace
}  // namespace muir::server
