// Every API that the broker advertises, at every version: sent, answered, and the answer read to its last byte.  What a
// client of any age may send must not close its connection.
#include <cstdlib>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/codec/reader.h"
#include "wire/codec/writer.h"
#include "wire/record/batch_builder.h"
#include "wire/schema/api_versions_request.h"
#include "wire/schema/api_versions_response.h"
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
#include "wire/schema/metadata_request.h"
#include "wire/schema/metadata_response.h"
#include "wire/schema/offset_for_leader_epoch_request.h"
#include "wire/schema/offset_for_leader_epoch_response.h"
#include "wire/schema/produce_request.h"
#include "wire/schema/produce_response.h"
#include "wire/schema/registry.h"
#include "wire/schema/request_header.h"
#include "wire/schema/response_header.h"

namespace muir::compat {
namespace {

using wire::ErrorCode;

constexpr std::string_view kTopic = "every-version";

class RawConnection {
 public:
  RawConnection() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const std::string address = std::getenv("MUIR_BOOTSTRAP");
    const auto colon = address.find(':');
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &peer.sin_addr);
    const timeval patience{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&peer), sizeof peer), 0);
  }
  ~RawConnection() { ::close(socket_); }

  // Sends the request and reads its answer into `response`; the views are good until the next call.
  template <class Request, class Response>
  void exchange(std::int16_t version, const Request& request, Response& response) {
    wire::Writer writer;
    wire::RequestHeader header;
    header.request_api_key = static_cast<std::int16_t>(Request::kApiKey);
    header.request_api_version = version;
    header.correlation_id = ++correlation_id_;
    header.client_id = "every-version";
    ASSERT_TRUE(encode(writer, *wire::request_header_version(Request::kApiKey, version), header));
    ASSERT_TRUE(encode(writer, version, request)) << Request::kName << " version " << version;
    std::byte size[4];
    store_big_endian(size, static_cast<std::int32_t>(writer.size()));
    ASSERT_EQ(::send(socket_, size, sizeof size, MSG_NOSIGNAL), 4);
    ASSERT_EQ(::send(socket_, writer.bytes().data(), writer.size(), MSG_NOSIGNAL), static_cast<ssize_t>(writer.size()));

    ASSERT_EQ(::recv(socket_, size, sizeof size, MSG_WAITALL), 4)
        << Request::kName << " version " << version << " was not answered";
    frame_.resize(static_cast<std::size_t>(load_big_endian<std::int32_t>(size)));
    ASSERT_EQ(::recv(socket_, frame_.data(), frame_.size(), MSG_WAITALL), static_cast<ssize_t>(frame_.size()));
    wire::Reader reader(frame_);
    wire::ResponseHeader answered;
    ASSERT_TRUE(decode(reader, *wire::response_header_version(Request::kApiKey, version), answered));
    EXPECT_EQ(answered.correlation_id, correlation_id_);
    ASSERT_TRUE(decode(reader, version, response)) << Response::kName << " version " << version;
    EXPECT_EQ(reader.remaining(), 0u) << Response::kName << " version " << version;
  }

 private:
  int socket_;
  std::int32_t correlation_id_ = 0;
  OwnedBytes frame_;
};

struct EveryVersion : ::testing::Test {
  RawConnection connection;
  wire::ApiVersionsResponse advertised;
  Uuid topic_id;

  void SetUp() override {
    wire::CreateTopicsRequest create;
    auto& topic = create.topics.emplace_back();
    topic.name = kTopic;
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    create.timeout_ms = 10'000;
    wire::CreateTopicsResponse created;
    connection.exchange(7, create, created);
    wire::MetadataRequest ask;
    ask.topics.emplace().emplace_back().name = kTopic;
    for (int tries = 0; tries < 100 && topic_id.is_zero(); ++tries) {
      wire::MetadataResponse answer;
      connection.exchange(12, ask, answer);
      if (answer.topics.at(0).error_code == ErrorCode::NONE) topic_id = answer.topics.at(0).topic_id;
      if (topic_id.is_zero()) ::usleep(50'000);
    }
    wire::ApiVersionsResponse versions;
    wire::ApiVersionsRequest request;
    request.client_software_name = request.client_software_version = "1";
    connection.exchange(4, request, versions);
    advertised = versions;
  }

  // Calls `check(version)` for each that the broker advertises and the schema has; it has to be one at least.
  template <class Request, class F>
  void for_each_version(F check) {
    int checked = 0;
    for (const auto& api : advertised.api_keys) {
      if (api.api_key != static_cast<std::int16_t>(Request::kApiKey)) continue;
      for (std::int16_t v = std::max(api.min_version, Request::kVersions.min); v <= api.max_version; ++v, ++checked) {
        check(v);
        if (HasFatalFailure()) return;
      }
    }
    EXPECT_GT(checked, 0) << Request::kName << " is not advertised";
  }
};

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
