#include "server/coordinator/group/group_record.h"

#include <string>

#include <gtest/gtest.h>

#include "server/coordinator/group/classic_group.h"
#include "server/coordinator/group/subscription.h"

namespace muir::server {
namespace {

// All constants in this file are what Apache Kafka 4.3.1's GroupCoordinatorRecordHelpers and its serde write.
constexpr const char* kOffsetKey = "000100066f72646572730006636c69636b7300000003";
constexpr const char* kGroupKey = "000200066f7264657273";
constexpr std::int64_t kTime = 1'700'000'000'000;

std::string hex(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

OwnedBytes unhex(std::string_view text) {
  OwnedBytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

TEST(GroupRecord, WritesAnOffsetAsKafkaDoes) {
  wire::OffsetCommitValue value;
  value.offset = 42;
  value.leader_epoch = 7;
  value.metadata = "note";
  value.commit_timestamp = kTime;
  value.topic_id = Uuid::from_halves(0x0102030405060708, 0x090a0b0c0d0e0f10);
  const auto record = offset_commit_record("orders", "clicks", 3, value);
  EXPECT_EQ(hex(record.key), kOffsetKey);
  EXPECT_EQ(hex(*record.value),
            "0004000000000000002a00000007056e6f74650000018bcfe568000100100102030405060708090a0b0c0d0e0f10");
}

TEST(GroupRecord, WritesAnOffsetWithAnExpiryInVersion1) {
  wire::OffsetCommitValue value;
  value.offset = 42;
  value.commit_timestamp = kTime;
  value.expire_timestamp = kTime + 60'000;
  const auto record = offset_commit_record("orders", "clicks", 3, value);
  EXPECT_EQ(hex(*record.value), "0001000000000000002a00000000018bcfe568000000018bcfe65260");
}

TEST(GroupRecord, WritesTombstonesWithoutAValue) {
  EXPECT_EQ(hex(offset_commit_tombstone("orders", "clicks", 3).key), kOffsetKey);
  EXPECT_FALSE(offset_commit_tombstone("orders", "clicks", 3).value);
  EXPECT_EQ(hex(group_metadata_tombstone("orders").key), kGroupKey);
  EXPECT_FALSE(group_metadata_tombstone("orders").value);
}

TEST(GroupRecord, WritesAnEmptyGroupAsKafkaDoes) {
  const auto record = ClassicGroup("orders", kTime).to_record({});
  EXPECT_EQ(hex(record.key), kGroupKey);
  EXPECT_EQ(hex(*record.value), "0003000000000000ffffffff0000018bcfe5680000000000");
}

constexpr const char* kStable =
    "00030008636f6e73756d657200000005000572616e676500036d2d310000018bcfe568000000000100036d2d310003692d310003617070000a"
    "2f31"
    "32372e302e302e310000ea600000afc800000003010203000000020908";

TEST(GroupRecord, WritesAGenerationAsKafkaDoes) {
  ClassicGroup::Stored stored{.generation = 5,
                              .protocol_type = "consumer",
                              .protocol_name = "range",
                              .leader = "m-1",
                              .state_since_ms = kTime,
                              .members = {}};
  ClassicMember member;
  member.member_id = "m-1";
  member.group_instance_id = "i-1";
  member.client_id = "app";
  member.client_host = "/127.0.0.1";
  member.rebalance_timeout = Milliseconds(60'000);
  member.session_timeout = Milliseconds(45'000);
  member.protocol_type = "consumer";
  member.protocols = {{"range", share(unhex("010203"))}};
  stored.members.push_back(member);

  const auto record = ClassicGroup::restore("orders", stored).to_record({{"m-1", share(unhex("0908"))}});

  EXPECT_EQ(hex(record.key), kGroupKey);
  EXPECT_EQ(hex(*record.value), kStable);
}

TEST(GroupRecord, ReadsWhatKafkaWrote) {
  const auto key = unhex(kGroupKey);
  const auto value = unhex(kStable);
  const auto record = parse_group_record(key, ByteView(value));
  ASSERT_TRUE(record);
  const auto& group = std::get<GroupMetadataRecord>(*record);
  EXPECT_EQ(group.group, "orders");
  EXPECT_EQ(group.value->generation, 5);
  ASSERT_EQ(group.value->members.size(), 1U);
  EXPECT_EQ(group.value->members[0].group_instance_id, "i-1");
}

TEST(GroupRecord, ReadsTheOldestOffsets) {
  auto key = unhex(kOffsetKey);
  key[1] = std::byte{0};
  const auto value = unhex("0000000000000000002a00000000018bcfe56800");
  const auto record = parse_group_record(key, ByteView(value));
  ASSERT_TRUE(record);
  EXPECT_EQ(std::get<OffsetCommitRecord>(*record).value->offset, 42);
  EXPECT_EQ(std::get<OffsetCommitRecord>(*record).value->leader_epoch, -1);
}

TEST(GroupRecord, SaysThatARecordIsOfAnotherKindOfGroup) {
  const auto record = parse_group_record(unhex("000300066f7264657273"), std::nullopt);
  ASSERT_TRUE(record);
  EXPECT_EQ(std::get<OtherGroupRecord>(*record).type, 3);
}

TEST(GroupRecord, RefusesWhatIsCutOffAtAnyByte) {
  const auto key = unhex(kGroupKey);
  const auto value = unhex(kStable);
  for (std::size_t size = 0; size < key.size(); ++size) {
    EXPECT_FALSE(parse_group_record(ByteView(key).first(size), std::nullopt)) << size;
  }
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(parse_group_record(key, ByteView(value).first(size))) << size;
  }
}

TEST(GroupRecord, RefusesAVersionThatItDoesNotKnow) {
  auto value = unhex(kStable);
  value[1] = std::byte{99};
  EXPECT_FALSE(parse_group_record(unhex(kGroupKey), ByteView(value)));
}

TEST(Subscription, ReadsTheTopicsOfEveryVersion) {
  for (const char* text :
       {"0000000000020006636c69636b73000576696577730000000105",
        "0001000000020006636c69636b73000576696577730000000105000000010006636c69636b730000000100000001",
        "0002000000020006636c69636b73000576696577730000000105000000010006636c69636b73000000010000000100000003",
        "0003000000020006636c69636b73000576696577730000000105000000010006636c69636b730000000100000001000000030004726163"
        "6b"}) {
    std::set<std::string, std::less<>> topics;
    ASSERT_TRUE(add_subscribed_topics(unhex(text), topics)) << text;
    EXPECT_EQ(topics, (std::set<std::string, std::less<>>{"clicks", "views"})) << text;
  }
}

TEST(Subscription, RefusesWhatIsNone) {
  std::set<std::string, std::less<>> topics;
  for (const char* text : {"", "00", "0000", "0000ffffffff", "00007fffffff", "000000000001000a61"}) {
    EXPECT_FALSE(add_subscribed_topics(unhex(text), topics)) << text;
  }
}

}  // namespace
}  // namespace muir::server
