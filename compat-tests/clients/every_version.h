#pragma once

// What the tests of "every API at every version" share: a connection that speaks our wire, and a topic.

#include <algorithm>
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
#include "wire/schema/api_versions_request.h"
#include "wire/schema/api_versions_response.h"
#include "wire/schema/create_topics_request.h"
#include "wire/schema/create_topics_response.h"
#include "wire/schema/metadata_request.h"
#include "wire/schema/metadata_response.h"
#include "wire/schema/registry.h"
#include "wire/schema/request_header.h"
#include "wire/schema/response_header.h"

namespace muir::compat {

using wire::ErrorCode;

inline constexpr std::string_view kTopic = "every-version";

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

}  // namespace muir::compat
