// The rules of Kafka's encoding, each met in a message that has it.

#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

#include "wire/codec/reader.h"
#include "wire/codec/table.h"
#include "wire/codec/writer.h"
#include "wire/schema/api_versions_request.h"
#include "wire/schema/consumer_group_member_metadata_value.h"
#include "wire/schema/describe_topic_partitions_request.h"
#include "wire/schema/fetch_request.h"
#include "wire/schema/fetch_response.h"
#include "wire/schema/heartbeat_request.h"
#include "wire/schema/metadata_request.h"
#include "wire/schema/request_header.h"

namespace muir::wire {
namespace {

OwnedBytes bytes(std::initializer_list<int> values) {
  OwnedBytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

template <Message M>
std::string hex(std::int16_t version, const M& message) {
  Writer writer;
  const auto encoded = encode(writer, version, message);
  if (!encoded) return encoded.error().message();
  std::string text;
  for (const std::byte byte : writer.bytes()) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[std::to_integer<int>(byte) >> 4];
    text += kDigits[std::to_integer<int>(byte) & 15];
  }
  return text;
}

template <Message M>
Error decode_error(std::int16_t version, ByteView bytes) {
  Reader reader(bytes);
  M message;
  const auto decoded = decode(reader, version, message);
  return decoded ? Error() : decoded.error();
}

TEST(Message, IsOldFormBeforeItsFirstFlexibleVersionAndCompactFromIt) {
  const HeartbeatRequest request{.group_id = "g", .generation_id = 1, .member_id = "m"};
  EXPECT_EQ(hex(3, request),
            "000167"
            "00000001"
            "00016d"
            "ffff");
  EXPECT_EQ(hex(4, request),
            "0267"
            "00000001"
            "026d"
            "00"
            "00");
}

// KIP-511: a broker must be able to read the header of an ApiVersions newer than it knows.
TEST(Message, KeepsTheOldFormOfTheClientIdInTheHeader) {
  const RequestHeader header{.request_api_key = 18, .request_api_version = 3, .correlation_id = 7, .client_id = "c"};
  EXPECT_EQ(hex(2, header),
            "0012"
            "0003"
            "00000007"
            "000163"
            "00");
}

TEST(Message, TakesAFieldItsVersionLacksOnlyIfItMayBeDropped) {
  FetchRequest rack;
  rack.rack_id = "r";  // Since version 11, ignorable.
  FetchRequest forgotten;
  forgotten.forgotten_topics_data.emplace_back();  // Since version 7, not ignorable.

  Writer writer;
  EXPECT_TRUE(encode(writer, 4, rack));
  EXPECT_EQ(encode(writer, 4, forgotten).error(), Errc::unsupported_field);
}

// Version 0 asks for all topics by an empty list, later ones by null.
TEST(Message, HasNullOnlyWhereItsVersionHas) {
  const MetadataRequest all{.topics = std::nullopt};
  Writer lacks_null;
  EXPECT_EQ(encode(lacks_null, 0, all).error(), Errc::null_not_allowed);
  EXPECT_EQ(hex(1, all), "ffffffff");
  EXPECT_EQ(decode_error<MetadataRequest>(0, bytes({0xff, 0xff, 0xff, 0xff})), Errc::null_not_allowed);
}

TEST(Message, LeavesOutATaggedFieldThatHasItsDefault) {
  FetchResponse response;
  EXPECT_EQ(hex(16, response),
            "00000000"
            "0000"
            "00000000"
            "01"
            "00");
  response.node_endpoints.push_back({.node_id = 1, .host = "h", .port = 9, .rack = std::nullopt});
  EXPECT_EQ(hex(16, response),
            "00000000"
            "0000"
            "00000000"
            "01"
            "01"
            "00"
            "0d"
            "02"
            "00000001"
            "0268"
            "00000009"
            "00"
            "00");
}

TEST(Message, LeadsANullableStructByASignedByte) {
  EXPECT_EQ(hex(0, DescribeTopicPartitionsRequest{.response_partition_limit = 2}),
            "01"
            "00000002"
            "ff"
            "00");
  const DescribeTopicPartitionsRequest::Cursor cursor{.topic_name = "t", .partition_index = 3};
  EXPECT_EQ(hex(0, DescribeTopicPartitionsRequest{.response_partition_limit = 2, .cursor = cursor}),
            "01"
            "00000002"
            "01"
            "0274"
            "00000003"
            "00"
            "00");
}

TEST(Message, LeadsANullableStructThatIsTaggedByAVarint) {
  ConsumerGroupMemberMetadataValue member{.classic_member_metadata = std::nullopt};
  EXPECT_TRUE(
      hex(0, member).ends_with("01"
                               "00"
                               "01"
                               "00"));
}

TEST(Message, KeepsTheTagsItDoesNotKnow) {
  // Client software "a" "b", then tags 5 and 300.
  const auto input = bytes({2, 'a', 2, 'b', 2, 5, 1, 0xaa, 0xac, 0x02, 0});
  Reader reader(input);
  ApiVersionsRequest request;
  ASSERT_TRUE(decode(reader, 3, request));

  ASSERT_EQ(request.unknown_tagged_fields.tags().size(), 2u);
  EXPECT_EQ(request.unknown_tagged_fields.tags()[1].tag, 300u);
  EXPECT_EQ(hex(3, request),
            "0261"
            "0262"
            "02"
            "0501aa"
            "ac0200");
}

TEST(Message, RefusesTagsOutOfOrderAndTwice) {
  EXPECT_EQ(decode_error<ApiVersionsRequest>(3, bytes({1, 1, 2, 5, 0, 4, 0})), Errc::tag_out_of_order);
  EXPECT_EQ(decode_error<ApiVersionsRequest>(3, bytes({1, 1, 2, 5, 0, 5, 0})), Errc::tag_out_of_order);
}

TEST(Message, RefusesATagWhoseSizeIsNotThatOfItsField) {
  // Fetch version 12: replica, wait, min, max, isolation, session, epoch, topics, forgotten, rack; then cluster id.
  OwnedBytes input(25);
  const OwnedBytes rest = bytes({1, 1, 1, 1, 0, 3, 2, 'c', 0});
  input.insert(input.end(), rest.begin(), rest.end());
  EXPECT_EQ(decode_error<FetchRequest>(12, input), Errc::tag_size_mismatch);
}

TEST(Message, RefusesATagOfAnotherVersion) {
  OwnedBytes input(25);
  const OwnedBytes rest = bytes({1, 1, 1, 1, 1, 0});  // Tag 1, the replica state, is of version 15.
  input.insert(input.end(), rest.begin(), rest.end());
  EXPECT_EQ(decode_error<FetchRequest>(12, input), Errc::tag_not_in_version);
}

// Two billion topics in eight bytes.
TEST(Message, AllocatesNothingForACountThatCannotBe) {
  EXPECT_EQ(decode_error<MetadataRequest>(1, bytes({0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0})), Errc::truncated);
}

TEST(Message, TellsItsDefaultsAsTheSchemaDoes) {
  const FetchRequest request;
  EXPECT_EQ(request.replica_id, -1);
  EXPECT_EQ(request.max_bytes, 0x7fffffff);
  EXPECT_FALSE(request.cluster_id);
  EXPECT_EQ(FetchResponse::PartitionData{}.aborted_transactions->size(), 0u);
  EXPECT_TRUE(FetchResponse::PartitionData{}.records.is_null);
}

TEST(Message, IsEqualOnlyIfEveryFieldIs) {
  FetchRequest a;
  a.topics = {{.topic = "t", .partitions = {{.partition = 1}}}};
  FetchRequest b = a;
  EXPECT_EQ(a, b);
  b.topics[0].partitions[0].log_start_offset = 5;
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace muir::wire
