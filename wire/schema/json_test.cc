#include "wire/codec/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "wire/codec/errc.h"
#include "wire/schema/by_name.h"
#include "wire/schema/fetch_response.h"
#include "wire/schema/heartbeat_request.h"
#include "wire/schema/produce_request.h"

namespace muir::wire {
namespace {

template <Message M>
std::string text(std::int16_t version, const M& message, JsonRecords records = JsonRecords::content) {
  const auto json = to_json(version, message, records);
  return json ? boost::json::serialize(*json) : json.error().message();
}

TEST(Json, HasTheFieldsOfTheVersionInCamelCase) {
  const HeartbeatRequest request{.group_id = "g", .generation_id = 3, .member_id = "m"};
  EXPECT_EQ(text(2, request), R"({"groupId":"g","generationId":3,"memberId":"m"})");
  EXPECT_EQ(text(3, request), R"({"groupId":"g","generationId":3,"memberId":"m","groupInstanceId":null})");
}

TEST(Json, RefusesToDropAValueOfAnotherVersion) {
  const HeartbeatRequest request{.group_instance_id = "i"};
  EXPECT_EQ(to_json(2, request).error(), Errc::unsupported_field);
}

TEST(Json, LeavesOutTaggedFieldsThatHaveTheirDefault) {
  FetchResponse response;
  EXPECT_EQ(text(16, response), R"({"throttleTimeMs":0,"errorCode":0,"sessionId":0,"responses":[]})");
}

TEST(Json, ShowsRecordsAsItIsTold) {
  const OwnedBytes batch(3);
  ProduceRequest request{.acks = 1, .timeout_ms = 2};
  request.topic_data = {{.name = "t", .partition_data = {{.index = 0, .records = Records::of(batch)}}}};
  const auto with = [](std::string_view records) {
    return R"({"transactionalId":null,"acks":1,"timeoutMs":2,"topicData":[{"name":"t","partitionData":[{"index":0,)" +
           std::string(records) + "}]}]}";
  };
  EXPECT_EQ(text(3, request), with(R"("records":"AAAA")"));
  EXPECT_EQ(text(3, request, JsonRecords::none), with(R"("records":"")"));
  EXPECT_EQ(text(3, request, JsonRecords::size), with(R"("recordsSizeInBytes":3)"));
}

TEST(Json, IsUtf8WhateverTheStringsAre) {
  const HeartbeatRequest request{.group_id = "\xff"};
  EXPECT_EQ(text(0, request), "{\"groupId\":\"\uFFFD\",\"generationId\":0,\"memberId\":\"\"}");
}

TEST(Json, BecomesAMessageAgain) {
  const auto bytes = json_to_bytes("HeartbeatRequest", 3,
                                   R"({"groupId":"g","generationId":3,"memberId":"m","groupInstanceId":null,"x":1})");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(as_text(*bytes), std::string_view("\x00\x01g\x00\x00\x00\x03\x00\x01m\xff\xff", 12));
  EXPECT_EQ(bytes_to_json("HeartbeatRequest", 3, *bytes).value(),
            R"({"groupId":"g","generationId":3,"memberId":"m","groupInstanceId":null})");
  EXPECT_EQ(reencode("HeartbeatRequest", 3, *bytes).value(), *bytes);
}

TEST(Json, IsRefusedWhereItIsNotTheMessages) {
  const std::string_view wrong[] = {
      R"([])",
      R"({"groupId":"g","generationId":3})",                          // A field is missing.
      R"({"groupId":1,"generationId":3,"memberId":"m"})",             // A number for a string.
      R"({"groupId":"g","generationId":2147483648,"memberId":"m"})",  // Beyond an int32.
      R"({"groupId":"g","generationId":1.5,"memberId":"m"})",
      R"({"groupId":null,"generationId":1,"memberId":"m"})",
      R"({"groupId":)",
  };
  for (const std::string_view json : wrong)
    EXPECT_EQ(json_to_bytes("HeartbeatRequest", 0, json).error(), Errc::json_mismatch) << json;
}

TEST(Json, IsOfMessagesThatThereAre) {
  EXPECT_EQ(json_to_bytes("LeaderAndIsrRequest", 0, "{}").error(), Errc::unknown_message);
  EXPECT_EQ(reencode("HeartbeatRequest", 9, {}).error(), Errc::unsupported_version);
  const OwnedBytes too_long(20);
  EXPECT_EQ(reencode("HeartbeatRequest", 0, too_long).error(), Errc::trailing_bytes);
}

}  // namespace
}  // namespace muir::wire
