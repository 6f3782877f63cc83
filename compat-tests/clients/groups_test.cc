// Classic groups of librdkafka, and its admin requests about them.
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compat-tests/clients/rdkafka_cluster.h"
#include "compat-tests/clients/rdkafka_groups.h"

namespace muir::compat {
namespace {

using testing::Contains;
using testing::Pair;
using testing::SizeIs;

constexpr int kPartitions = 4;
constexpr int kEach = 25;
constexpr std::chrono::milliseconds kTurn{50};

std::string filled(const std::string& subject) {
  const auto topic = new_topic(subject, kPartitions);
  TestProducer producer;
  for (int i = 0; i < kPartitions * kEach; ++i) {
    producer.send(topic, {.key = {}, .value = std::to_string(i), .partition = i % kPartitions});
  }
  producer.flush();
  return topic;
}

// A consumer that subscribes.  It commits when it is told to only.
class Member {
 public:
  Member(const std::string& group, const std::string& topic, Settings settings = {})
      : consumer_(with(group, settings)) {
    EXPECT_EQ(consumer_.handle().subscribe({topic}), RdKafka::ERR_NO_ERROR);
  }

  // Takes part in the group for a moment; what came is added to records().
  void turn() {
    const auto [error, record] = consumer_.next(kTurn);
    if (error == RdKafka::ERR_NO_ERROR) records_.push_back(record);
  }

  std::set<int> partitions() {
    std::vector<RdKafka::TopicPartition*> all;
    EXPECT_EQ(consumer_.handle().assignment(all), RdKafka::ERR_NO_ERROR);
    std::set<int> seen;
    for (const auto* one : all) seen.insert(one->partition());
    RdKafka::TopicPartition::destroy(all);
    return seen;
  }

  const std::vector<Record>& records() const { return records_; }
  RdKafka::ErrorCode commit() { return consumer_.handle().commitSync(); }
  RdKafka::KafkaConsumer& handle() { return consumer_.handle(); }

 private:
  static Settings with(const std::string& group, Settings settings) {
    settings.try_emplace("group.id", group);
    settings.try_emplace("auto.offset.reset", "earliest");
    settings.try_emplace("session.timeout.ms", "6000");
    settings.try_emplace("heartbeat.interval.ms", "200");
    return settings;
  }

  TestConsumer consumer_;
  std::vector<Record> records_;
};

using Members = std::vector<Member*>;

template <typename Condition>
bool turn_until(const Members& members, Condition met) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!met()) {
    for (Member* member : members) member->turn();
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

// Every partition has one reader, and every member as many partitions as the others.
bool balanced(const Members& members) {
  std::multiset<int> all;
  for (Member* member : members) {
    const auto own = member->partitions();
    if (own.size() != kPartitions / members.size()) return false;
    all.insert(own.begin(), own.end());
  }
  return all.size() == kPartitions && std::set<int>(all.begin(), all.end()).size() == kPartitions;
}

TEST(Group, SharesThePartitionsAmongItsMembers) {
  for (const std::string assignor : {"range", "roundrobin", "cooperative-sticky"}) {
    const auto topic = filled("shared");
    const std::string group = "of-" + topic;
    const Settings settings{{"partition.assignment.strategy", assignor}};
    Member first{group, topic, settings};
    ASSERT_TRUE(turn_until({&first}, [&] { return balanced({&first}); })) << assignor;
    Member second{group, topic, settings};
    ASSERT_TRUE(turn_until({&first, &second}, [&] { return balanced({&first, &second}); })) << assignor;
    const auto seen = describe_group(group);
    EXPECT_EQ(seen.state, "Stable");
    EXPECT_EQ(seen.assignor, assignor);
    EXPECT_THAT(seen.members, SizeIs(2));
  }
}

TEST(Group, GivesThePartitionsOfALeaverToTheOthers) {
  const auto topic = filled("left");
  const std::string group = "of-" + topic;
  Member stays{group, topic};
  {
    Member leaves{group, topic};
    ASSERT_TRUE(turn_until({&stays, &leaves}, [&] { return balanced({&stays, &leaves}); }));
  }
  EXPECT_TRUE(turn_until({&stays}, [&] { return balanced({&stays}); }));
}

TEST(Group, ReadsEveryRecordAndGoesOnFromWhatWasCommitted) {
  const auto topic = filled("resumed");
  const std::string group = "of-" + topic;
  {
    Member member{group, topic};
    ASSERT_TRUE(turn_until({&member}, [&] { return member.records().size() == kPartitions * kEach; }));
    ASSERT_EQ(member.commit(), RdKafka::ERR_NO_ERROR);
  }
  EXPECT_EQ(group_offsets(group, topic, kPartitions), (Offsets{{0, kEach}, {1, kEach}, {2, kEach}, {3, kEach}}));
  TestProducer producer;
  producer.send(topic, {.key = {}, .value = "later", .partition = 2});
  producer.flush();

  Member again{group, topic};
  ASSERT_TRUE(turn_until({&again}, [&] { return !again.records().empty(); }));
  EXPECT_EQ(again.records()[0].value, "later");
  EXPECT_EQ(again.records()[0].offset, kEach);
}

TEST(Group, TellsAMemberWhatIsCommitted) {
  const auto topic = filled("committed");
  Member member{"of-" + topic, topic};
  ASSERT_TRUE(turn_until({&member}, [&] { return balanced({&member}); }));
  std::unique_ptr<RdKafka::TopicPartition> place{RdKafka::TopicPartition::create(topic, 1, 17)};
  std::vector<RdKafka::TopicPartition*> all{place.get()};
  ASSERT_EQ(member.handle().commitSync(all), RdKafka::ERR_NO_ERROR);

  std::unique_ptr<RdKafka::TopicPartition> seen{RdKafka::TopicPartition::create(topic, 1)};
  std::unique_ptr<RdKafka::TopicPartition> none{RdKafka::TopicPartition::create(topic, 2)};
  std::vector<RdKafka::TopicPartition*> asked{seen.get(), none.get()};
  ASSERT_EQ(member.handle().committed(asked, std::chrono::milliseconds(kPatience).count()), RdKafka::ERR_NO_ERROR);
  EXPECT_EQ(seen->offset(), 17);
  EXPECT_EQ(none->offset(), RdKafka::Topic::OFFSET_INVALID);
}

TEST(Group, KeepsThePlaceOfAStaticMember) {
  const auto topic = filled("static");
  const std::string group = "of-" + topic;
  const Settings named{{"group.instance.id", "first"}, {"session.timeout.ms", "20000"}};
  Member other{group, topic, {{"group.instance.id", "second"}, {"session.timeout.ms", "20000"}}};
  std::set<int> before;
  {
    Member first{group, topic, named};
    ASSERT_TRUE(turn_until({&first, &other}, [&] { return balanced({&first, &other}); }));
    before = first.partitions();
  }  // A static member says nothing when it closes.
  EXPECT_THAT(describe_group(group).members, SizeIs(2));
  Member again{group, topic, named};
  ASSERT_TRUE(turn_until({&again, &other}, [&] { return balanced({&again, &other}); }));
  EXPECT_EQ(again.partitions(), before);
}

TEST(Group, IsDescribedWithItsMembers) {
  const auto topic = filled("described");
  const std::string group = "of-" + topic;
  Member member{group, topic, {{"client.id", "the-client"}, {"group.instance.id", "the-instance"}}};
  ASSERT_TRUE(turn_until({&member}, [&] { return balanced({&member}); }));

  const auto seen = describe_group(group);
  ASSERT_EQ(seen.error, RdKafka::ERR_NO_ERROR);
  ASSERT_THAT(seen.members, SizeIs(1));
  EXPECT_EQ(seen.members[0].client_id, "the-client");
  EXPECT_EQ(seen.members[0].instance_id, "the-instance");
  EXPECT_EQ(seen.members[0].host, "/127.0.0.1");
  EXPECT_THAT(seen.members[0].partitions, testing::UnorderedElementsAre(0, 1, 2, 3));
  EXPECT_THAT(list_groups(), Contains(Pair(group, "Stable")));
}

TEST(Group, IsDeletedWhenItIsEmpty) {
  const auto topic = filled("deleted");
  const std::string group = "of-" + topic;
  {
    Member member{group, topic};
    ASSERT_TRUE(turn_until({&member}, [&] { return !member.records().empty(); }));
    ASSERT_EQ(member.commit(), RdKafka::ERR_NO_ERROR);
    EXPECT_EQ(delete_group(group), RdKafka::ERR_NON_EMPTY_GROUP);
  }
  EXPECT_THAT(list_groups(), Contains(Pair(group, "Empty")));
  EXPECT_EQ(delete_group(group), RdKafka::ERR_NO_ERROR);
  EXPECT_THAT(list_groups(), testing::Not(Contains(testing::Key(group))));
  EXPECT_EQ(delete_group(group), RdKafka::ERR_GROUP_ID_NOT_FOUND);
}

TEST(GroupOffsets, AreAlteredWhileNobodyReads) {
  const auto topic = filled("altered");
  const std::string group = "of-" + topic;
  ASSERT_EQ(alter_group_offsets(group, topic, {{0, 3}, {1, 5}}), RdKafka::ERR_NO_ERROR);
  EXPECT_EQ(group_offsets(group, topic, kPartitions), (Offsets{{0, 3}, {1, 5}}));
  Member member{group, topic};
  ASSERT_TRUE(turn_until({&member}, [&] { return balanced({&member}); }));
  EXPECT_EQ(alter_group_offsets(group, topic, {{0, 4}}), RdKafka::ERR_UNKNOWN_MEMBER_ID);
  EXPECT_EQ(group_offsets(group, topic, kPartitions), (Offsets{{0, 3}, {1, 5}}));
}

TEST(GroupOffsets, AreDeletedWhereNobodyIsSubscribed) {
  const auto topic = filled("removed");
  const std::string group = "of-" + topic;
  ASSERT_EQ(alter_group_offsets(group, topic, {{0, 3}, {1, 5}, {2, 7}}), RdKafka::ERR_NO_ERROR);
  {
    Member member{group, topic};
    ASSERT_TRUE(turn_until({&member}, [&] { return balanced({&member}); }));
    EXPECT_EQ(delete_group_offsets(group, topic, 2), RdKafka::ERR_GROUP_SUBSCRIBED_TO_TOPIC);
  }
  EXPECT_EQ(delete_group_offsets(group, topic, 2), RdKafka::ERR_NO_ERROR);
  EXPECT_EQ(group_offsets(group, topic, kPartitions), (Offsets{{2, 7}}));
  EXPECT_EQ(delete_group_offsets("nobody", topic, 1), RdKafka::ERR_GROUP_ID_NOT_FOUND);
}

}  // namespace
}  // namespace muir::compat
