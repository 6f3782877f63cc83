#include "server/metadata/metadata_image.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/metadata/errc.h"
#include "server/metadata/record_stream.h"
#include "wire/schema/zk_migration_state_record.h"

namespace muir::server {
namespace {

const Uuid kTopicId = Uuid::from_halves(7, 7);
const Uuid kDirectory = Uuid::from_halves(9, 9);

std::uint64_t seed() { return std::random_device{}(); }

MetadataImage image_of(const std::vector<OwnedBytes>& frames) {
  MetadataImage image;
  MetadataChanges changes;
  for (const auto& frame : frames) EXPECT_TRUE(image.apply(frame, changes));
  return image;
}

OwnedBytes topic(std::string_view name, const Uuid& id = kTopicId) {
  wire::TopicRecord record;
  record.name = name;
  record.topic_id = id;
  return frame_of(record);
}

OwnedBytes partition(std::int32_t index, const Uuid& topic_id = kTopicId) {
  wire::PartitionRecord record;
  record.topic_id = topic_id;
  record.partition_id = index;
  record.replicas = {1, 2};
  record.directories = {kDirectory, kUnassignedDirectory};
  record.isr = {1};
  record.leader = 1;
  record.leader_epoch = 4;
  record.partition_epoch = 9;
  return frame_of(record, 2);
}

wire::PartitionChangeRecord change_of(std::int32_t index) {
  wire::PartitionChangeRecord record;
  record.topic_id = kTopicId;
  record.partition_id = index;
  return record;
}

Error error_of(MetadataImage image, const OwnedBytes& frame) {
  MetadataChanges changes;
  const auto applied = image.apply(frame, changes);
  return applied ? Error() : applied.error();
}

TEST(MetadataImage, IsRebuiltByItsOwnRecords) {
  const auto start = seed();
  SCOPED_TRACE(testing::Message() << "seed " << start);
  RecordStream stream(start);
  for (int i = 0; i < 3000; ++i) {
    (void)stream.next();
    if (i % 300 != 0) continue;
    const auto rebuilt = image_of(stream.image().to_records());
    ASSERT_TRUE(rebuilt.is_same_cluster(stream.image()));
    ASSERT_EQ(rebuilt.to_records(), stream.image().to_records());
  }
}

TEST(MetadataImage, IsTheSameWhenReplayedFromAnyOfItsSnapshots) {
  const auto start = seed();
  SCOPED_TRACE(testing::Message() << "seed " << start);
  RecordStream stream(start);
  for (int i = 0; i < 500; ++i) (void)stream.next();
  auto replica = image_of(stream.image().to_records());

  MetadataChanges changes;
  for (int i = 0; i < 1500; ++i) ASSERT_TRUE(replica.apply(stream.next(), changes));

  EXPECT_TRUE(replica.is_same_cluster(stream.image()));
}

TEST(MetadataImage, StaysAsItWasWhenACopyOfItChanges) {
  RecordStream stream(42);
  for (int i = 0; i < 1000; ++i) (void)stream.next();
  const auto kept = stream.image();
  const auto records = kept.to_records();

  for (int i = 0; i < 1000; ++i) (void)stream.next();

  EXPECT_EQ(kept.to_records(), records);
}

TEST(MetadataImage, CopiesOnlyOneBucketToPublishAChangeOfOneTopicInTenThousand) {
  MetadataImage before;
  MetadataChanges changes;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    const auto id = Uuid::from_halves(i * 0x9e3779b97f4a7c15, i);
    ASSERT_TRUE(before.apply(topic("topic-" + std::to_string(i), id), changes));
  }
  ASSERT_TRUE(before.apply(topic("one more"), changes));
  auto after = before;

  ASSERT_TRUE(after.apply(partition(0), changes));

  const auto buckets = before.topics.by_id().bucket_count();
  EXPECT_GT(buckets, 100u);
  EXPECT_EQ(after.topics.by_id().buckets_shared_with(before.topics.by_id()), buckets - 1);
  EXPECT_EQ(after.topics.ids_by_name().buckets_shared_with(before.topics.ids_by_name()),
            before.topics.ids_by_name().bucket_count());
}

TEST(MetadataImage, FindsATopicByNameAndById) {
  const auto image = image_of({topic("orders"), partition(0), partition(1)});

  const auto* found = image.topics.find(StoredTopicView{"orders"});
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found, image.topics.find(kTopicId));
  EXPECT_EQ(found->partitions.size(), 2u);
  EXPECT_EQ(image.topics.find(StoredTopicView{"order"}), nullptr);
  EXPECT_EQ(image.topics.find(kTopicId, PartitionId{2}), nullptr);
}

TEST(PartitionChange, KeepsLeaderAndEpochWhenTheLeaderIsNotNamed) {
  auto change = change_of(0);
  change.isr = {1, 2};

  const auto image = image_of({topic("orders"), partition(0), frame_of(change, 2)});

  const auto* after = image.topics.find(kTopicId, PartitionId{0});
  EXPECT_EQ(after->isr, (Replicas{NodeId{1}, NodeId{2}}));
  EXPECT_EQ(after->leader, NodeId{1});
  EXPECT_EQ(after->leader_epoch, Epoch{4});
  EXPECT_EQ(after->partition_epoch, 10);
}

TEST(PartitionChange, RaisesTheLeaderEpochWhenTheSameLeaderIsNamed) {
  auto change = change_of(0);
  change.leader = 1;

  const auto image = image_of({topic("orders"), partition(0), frame_of(change, 2)});

  EXPECT_EQ(image.topics.find(kTopicId, PartitionId{0})->leader_epoch, Epoch{5});
}

TEST(PartitionChange, RefusesDirectoriesThatDoNotMatchTheReplicas) {
  auto change = change_of(0);
  change.replicas = {1, 2, 3};

  EXPECT_EQ(error_of(image_of({topic("orders"), partition(0)}), frame_of(change, 2)), MetadataErrc::invalid_value);
}

TEST(RemoveTopic, TakesTheSettingsOfTheTopicWithIt) {
  wire::ConfigRecord config;
  config.resource_type = 2;
  config.resource_name = "orders";
  config.name = "retention.ms";
  config.value = "1";
  wire::RemoveTopicRecord removal;
  removal.topic_id = kTopicId;

  const auto image = image_of({topic("orders"), frame_of(config), frame_of(removal)});

  EXPECT_EQ(image.topics.size(), 0u);
  EXPECT_TRUE(image.configs.all().empty());
}

TEST(ClearElr, ClearsOneTopicOrAll) {
  const auto other = Uuid::from_halves(8, 8);
  auto shrink = change_of(0);
  shrink.eligible_leader_replicas = {2};
  auto shrink_other = shrink;
  shrink_other.topic_id = other;
  auto image = image_of({topic("orders"), partition(0), topic("bills", other), partition(0, other), frame_of(shrink, 2),
                         frame_of(shrink_other, 2)});
  MetadataChanges changes;
  wire::ClearElrRecord clear;
  clear.topic_name = "orders";

  ASSERT_TRUE(image.apply(frame_of(clear), changes));
  EXPECT_TRUE(image.topics.find(kTopicId, PartitionId{0})->elr.empty());
  EXPECT_FALSE(image.topics.find(other, PartitionId{0})->elr.empty());

  ASSERT_TRUE(image.apply(frame_of(wire::ClearElrRecord()), changes));
  EXPECT_TRUE(image.topics.find(other, PartitionId{0})->elr.empty());
}

TEST(MetadataImage, ReadsAndForgetsTheZooKeeperMigrationState) {
  EXPECT_FALSE(error_of({}, frame_of(wire::ZkMigrationStateRecord())));
}

TEST(MetadataImage, StopsAtRecordsThatItDoesNotKnow) {
  const auto bytes = [](std::initializer_list<int> values) {
    OwnedBytes frame;
    for (const auto value : values) frame.push_back(static_cast<std::byte>(value));
    return frame;
  };

  EXPECT_EQ(error_of({}, bytes({1, 29, 0, 0})), MetadataErrc::unknown_record);
  EXPECT_EQ(error_of({}, bytes({1, 6, 0, 0})), MetadataErrc::unknown_record);
  EXPECT_EQ(error_of({}, bytes({1, 20, 1, 0})), MetadataErrc::unsupported_version);
  EXPECT_EQ(error_of({}, bytes({1, 0, 5, 0})), MetadataErrc::unsupported_version);
  EXPECT_EQ(error_of({}, bytes({2, 20, 0, 0})), MetadataErrc::unknown_frame);
  EXPECT_EQ(error_of({}, bytes({1, 20})), MetadataErrc::malformed_record);
  EXPECT_EQ(error_of({}, bytes({1, 20, 0, 0, 0})), MetadataErrc::malformed_record);
  EXPECT_EQ(error_of({}, bytes({1, 0xff, 0xff, 0xff, 0xff, 0xff, 0})), MetadataErrc::malformed_record);
}

TEST(MetadataImage, StopsAtAFeatureLevelAboveItsOwn) {
  wire::FeatureLevelRecord record;
  record.name = kMetadataVersionFeature;
  record.feature_level = 31;

  EXPECT_EQ(error_of({}, frame_of(record)), MetadataErrc::unsupported_version);
}

TEST(MetadataImage, StopsAtRecordsForWhatDoesNotExist) {
  wire::BrokerRegistrationChangeRecord change;
  change.broker_id = 1;

  EXPECT_EQ(error_of({}, partition(0)), MetadataErrc::unknown_topic);
  EXPECT_EQ(error_of({}, frame_of(change_of(0), 2)), MetadataErrc::unknown_topic);
  EXPECT_EQ(error_of({}, frame_of(change, 3)), MetadataErrc::unknown_broker);
  EXPECT_EQ(error_of(image_of({topic("orders")}), topic("orders", kDirectory)), MetadataErrc::duplicate_topic);
  EXPECT_EQ(error_of(image_of({topic("orders")}), topic("bills")), MetadataErrc::duplicate_topic);
}

TEST(BrokerRegistration, FollowsItsChanges) {
  wire::RegisterBrokerRecord record;
  record.broker_id = 1;
  record.broker_epoch = 5;
  record.log_dirs = {kDirectory};
  wire::BrokerRegistrationChangeRecord unfence;
  unfence.broker_id = 1;
  unfence.broker_epoch = 5;
  unfence.fenced = -1;
  auto stop = unfence;
  stop.fenced = 0;
  stop.in_controlled_shutdown = 1;

  auto image = image_of({frame_of(record, 4)});
  EXPECT_FALSE(image.cluster.is_active(NodeId{1}));
  MetadataChanges changes;
  ASSERT_TRUE(image.apply(frame_of(unfence, 3), changes));
  EXPECT_TRUE(image.cluster.is_active(NodeId{1}));
  ASSERT_TRUE(image.apply(frame_of(stop, 3), changes));
  EXPECT_FALSE(image.cluster.is_active(NodeId{1}));
  EXPECT_FALSE(image.cluster.broker(NodeId{1})->is_fenced);

  stop.broker_epoch = 4;
  EXPECT_EQ(error_of(image, frame_of(stop, 3)), MetadataErrc::unknown_broker);
}

TEST(MetadataChanges, ForgetATopicThatCameAndWent) {
  MetadataImage image;
  MetadataChanges changes;
  wire::RemoveTopicRecord removal;
  removal.topic_id = kTopicId;
  ASSERT_TRUE(image.apply(topic("orders"), changes));
  EXPECT_TRUE(changes.created_topics.contains(kTopicId));

  ASSERT_TRUE(image.apply(frame_of(removal), changes));

  EXPECT_TRUE(changes.empty());
}

}  // namespace
}  // namespace muir::server
