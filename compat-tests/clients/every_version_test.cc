// Every API that the broker advertises, at every version: sent, answered, and the answer read to its last byte.  What a
// client of any age may send must not close its connection.
#include "compat-tests/clients/every_version.h"

#include "wire/record/batch_builder.h"
#include "wire/schema/create_topics_request.h"
#include "wire/schema/create_topics_response.h"
#include "wire/schema/delete_records_request.h"
#include "wire/schema/delete_records_response.h"
#include "wire/schema/describe_configs_request.h"
#include "wire/schema/describe_configs_response.h"
#include "wire/schema/describe_quorum_request.h"
#include "wire/schema/describe_quorum_response.h"
#include "wire/schema/fetch_request.h"
#include "wire/schema/fetch_response.h"
#include "wire/schema/list_offsets_request.h"
#include "wire/schema/list_offsets_response.h"
#include "wire/schema/offset_for_leader_epoch_request.h"
#include "wire/schema/offset_for_leader_epoch_response.h"
#include "wire/schema/produce_request.h"
#include "wire/schema/produce_response.h"

namespace muir::compat {
namespace {

TEST_F(EveryVersion, Metadata) {
  for_each_version<wire::MetadataRequest>([&](std::int16_t version) {
    wire::MetadataRequest all;
    if (version > 0) all.topics = std::nullopt;
    if (version == 0) all.topics.emplace();
    wire::MetadataResponse response;
    connection.exchange(version, all, response);
    EXPECT_EQ(response.brokers.size(), 1u);
    EXPECT_GE(response.topics.size(), 1u);
    for (const auto& topic : response.topics) EXPECT_EQ(topic.error_code, ErrorCode::NONE) << "version " << version;
  });
}

TEST_F(EveryVersion, ProduceThenFetch) {
  wire::BatchBuilder builder({});
  ASSERT_TRUE(builder.append({.timestamp = 1'700'000'000'000, .value = as_bytes("hello")}));
  const OwnedBytes batch = *builder.build();
  std::int64_t written = -1;
  for_each_version<wire::ProduceRequest>([&](std::int16_t version) {
    wire::ProduceRequest request;
    request.acks = version % 2 == 0 ? 1 : -1;
    request.timeout_ms = 10'000;
    auto& topic = request.topic_data.emplace_back();
    if (version < 13) topic.name = kTopic;
    if (version >= 13) topic.topic_id = topic_id;
    topic.partition_data.emplace_back().records = wire::Records::of(batch);
    wire::ProduceResponse response;
    connection.exchange(version, request, response);
    const auto& partition = response.responses.at(0).partition_responses.at(0);
    EXPECT_EQ(partition.error_code, ErrorCode::NONE) << "version " << version;
    EXPECT_GT(partition.base_offset, written);
    written = partition.base_offset;
  });
  for_each_version<wire::FetchRequest>([&](std::int16_t version) {
    wire::FetchRequest request;
    request.max_wait_ms = 100;
    request.min_bytes = 1;
    auto& topic = request.topics.emplace_back();
    if (version < 13) topic.topic = kTopic;
    if (version >= 13) topic.topic_id = topic_id;
    auto& partition = topic.partitions.emplace_back();
    partition.fetch_offset = written;
    partition.partition_max_bytes = 1 << 20;
    wire::FetchResponse response;
    connection.exchange(version, request, response);
    const auto& answer = response.responses.at(0).partitions.at(0);
    EXPECT_EQ(answer.error_code, ErrorCode::NONE) << "version " << version;
    EXPECT_EQ(answer.high_watermark, written + 1);
    EXPECT_EQ(answer.records.bytes.size(), batch.size());
  });
}

TEST_F(EveryVersion, OffsetsOfALog) {
  for_each_version<wire::ListOffsetsRequest>([&](std::int16_t version) {
    wire::ListOffsetsRequest request;
    request.replica_id = -1;
    auto& topic = request.topics.emplace_back();
    topic.name = kTopic;
    topic.partitions.emplace_back().timestamp = -2;
    wire::ListOffsetsResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::NONE) << "version " << version;
    EXPECT_EQ(response.topics.at(0).partitions.at(0).offset, 0);
  });
  for_each_version<wire::OffsetForLeaderEpochRequest>([&](std::int16_t version) {
    wire::OffsetForLeaderEpochRequest request;
    auto& topic = request.topics.emplace_back();
    topic.topic = kTopic;
    topic.partitions.emplace_back();
    wire::OffsetForLeaderEpochResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::NONE) << "version " << version;
  });
  for_each_version<wire::DeleteRecordsRequest>([&](std::int16_t version) {
    wire::DeleteRecordsRequest request;
    request.timeout_ms = 10'000;
    auto& topic = request.topics.emplace_back();
    topic.name = kTopic;
    topic.partitions.emplace_back().offset = 0;
    wire::DeleteRecordsResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::NONE) << "version " << version;
  });
}

TEST_F(EveryVersion, DescribeConfigsAndQuorum) {
  for_each_version<wire::DescribeConfigsRequest>([&](std::int16_t version) {
    wire::DescribeConfigsRequest request;
    request.include_synonyms = true;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = 2;
    resource.resource_name = kTopic;
    resource.configuration_keys = std::nullopt;
    wire::DescribeConfigsResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.results.at(0).configs.size(), 33u) << "version " << version;
  });
  for_each_version<wire::DescribeQuorumRequest>([&](std::int16_t version) {
    wire::DescribeQuorumRequest request;
    auto& topic = request.topics.emplace_back();
    topic.topic_name = "__cluster_metadata";
    topic.partitions.emplace_back();
    wire::DescribeQuorumResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.topics.at(0).partitions.at(0).current_voters.size(), 1u) << "version " << version;
  });
}

TEST_F(EveryVersion, CreateTopics) {
  for_each_version<wire::CreateTopicsRequest>([&](std::int16_t version) {
    const std::string name = "made-at-" + std::to_string(version);
    wire::CreateTopicsRequest request;
    request.timeout_ms = 10'000;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    wire::CreateTopicsResponse response;
    connection.exchange(version, request, response);
    EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::NONE) << "version " << version;
  });
}

}  // namespace
}  // namespace muir::compat
