#include "server/config/endpoint.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

const ProtocolMap kProtocols = {{"PLAINTEXT", SecurityProtocol::PLAINTEXT},
                                {"INTERNAL", SecurityProtocol::PLAINTEXT},
                                {"SSL", SecurityProtocol::SSL}};

std::string failure_of(const std::vector<std::string>& entries) {
  const auto endpoints = parse_endpoints(entries, kProtocols, true);
  return endpoints ? "" : endpoints.error().message;
}

TEST(Endpoint, HasNameProtocolHostAndPort) {
  const auto endpoints =
      parse_endpoints({"plaintext://host-1.example:9092", "SSL://:9093", "INTERNAL://[::1]:0"}, kProtocols, true);
  ASSERT_TRUE(endpoints) << endpoints.error().message;
  EXPECT_EQ(*endpoints, (std::vector<Endpoint>{{"PLAINTEXT", SecurityProtocol::PLAINTEXT, "host-1.example", 9092},
                                               {"SSL", SecurityProtocol::SSL, "", 9093},
                                               {"INTERNAL", SecurityProtocol::PLAINTEXT, "::1", 0}}));
}

TEST(Endpoint, WhatIsNoEndpointIsRefused) {
  EXPECT_EQ(failure_of({"localhost:9092"}),
            "Error creating broker listeners from '[localhost:9092]': Unable to parse localhost:9092 to a broker "
            "endpoint");
  EXPECT_NE(failure_of({"PLAINTEXT://host"}), "");
  EXPECT_NE(failure_of({"PLAINTEXT://host:65536"}), "");
  EXPECT_NE(failure_of({"PLAINTEXT://host:-1"}), "");
  EXPECT_NE(failure_of({"PLAINTEXT://ho st:1"}), "");
  EXPECT_EQ(failure_of({"CLIENTS://:1"}),
            "Error creating broker listeners from '[CLIENTS://:1]': No security protocol defined for listener CLIENTS");
}

TEST(Endpoint, NameAndPortOccurOnce) {
  EXPECT_EQ(failure_of({"SSL://:1", "ssl://:2"}),
            "Error creating broker listeners from '[SSL://:1, ssl://:2]': Each listener must have a different name, "
            "listeners: [SSL://:1, ssl://:2]");
  EXPECT_NE(failure_of({"SSL://:1", "PLAINTEXT://:1"}), "");
  EXPECT_NE(failure_of({"SSL://127.0.0.1:1", "PLAINTEXT://127.0.0.2:1"}), "");
  EXPECT_EQ(failure_of({"SSL://:0", "PLAINTEXT://:0"}), "") << "port 0 is any port";
}

TEST(Endpoint, Ipv4AndIpv6MayShareAPort) {
  EXPECT_EQ(failure_of({"SSL://127.0.0.1:1", "PLAINTEXT://[::1]:1"}), "");
  EXPECT_NE(failure_of({"SSL://127.0.0.1:1", "PLAINTEXT://[::1]:1", "INTERNAL://:1"}), "");
}

TEST(Endpoint, AdvertisedPortsMayRepeat) {
  EXPECT_TRUE(parse_endpoints({"SSL://a:1", "PLAINTEXT://b:1"}, kProtocols, false));
}

TEST(ProtocolMap, NamesAreUpperCaseAndProtocolsKnown) {
  const auto map = parse_protocol_map("internal:PLAINTEXT, b:sasl_ssl", "listener.security.protocol.map");
  ASSERT_TRUE(map);
  EXPECT_EQ(*map, (ProtocolMap{{"INTERNAL", SecurityProtocol::PLAINTEXT}, {"B", SecurityProtocol::SASL_SSL}}));
  EXPECT_EQ(parse_protocol_map("a:TLS", "the.key").error().message,
            "Invalid security protocol `TLS` defined in the.key");
  EXPECT_FALSE(parse_protocol_map("a", "the.key"));
}

TEST(QuorumAddress, VotersHaveIdHostAndPort) {
  const auto voters = parse_quorum_voters({"1@a:9093", "2@[::1]:9093"});
  ASSERT_TRUE(voters);
  EXPECT_EQ(*voters, (std::vector<QuorumAddress>{{1, "a", 9093}, {2, "::1", 9093}}));
  for (const std::string bad : {"a:9093", "x@a:9093", "1@a", "1@a:b", "1@@a:1", "1@a:99999"})
    EXPECT_FALSE(parse_quorum_voters({bad})) << bad;
}

TEST(QuorumAddress, BootstrapServersHaveHostAndPort) {
  const auto servers = parse_bootstrap_servers({"a:1", "b.example:2"});
  ASSERT_TRUE(servers);
  EXPECT_EQ(*servers, (std::vector<QuorumAddress>{{-1, "a", 1}, {-1, "b.example", 2}}));
  EXPECT_FALSE(parse_bootstrap_servers({"a"}));
}

}  // namespace
}  // namespace muir::server
