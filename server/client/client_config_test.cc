#include "server/client/client_config.h"

#include <fstream>

#include <gtest/gtest.h>

namespace muir::server {
namespace {

constexpr const char* kScram = "org.apache.kafka.common.security.scram.ScramLoginModule required ";

ClientResult<ClientConfig> read(const std::string& text) {
  const std::string file = ::testing::TempDir() + "client.properties";
  std::ofstream(file) << text;
  return read_client_config(file);
}

std::string failure_of(const std::string& text) {
  const auto config = read(text);
  return config ? "" : config.error().message;
}

TEST(ClientConfig, ReadsWhatKafkasToolsRead) {
  const auto config =
      read(std::string("security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config=") + kScram +
           "username=\"alice\" password=\"a,b\";\nssl.truststore.type=PEM\n"
           "ssl.truststore.location=/ca.pem\nclient.id=whatever\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->has_tls);
  EXPECT_TRUE(config->checks_host);
  EXPECT_EQ(config->tls.truststore.type, "PEM");
  EXPECT_EQ(config->tls.truststore.location, "/ca.pem");
  ASSERT_TRUE(config->login);
  EXPECT_EQ(config->login->mechanism, "SCRAM-SHA-512");
  EXPECT_EQ(config->login->user, "alice");
  EXPECT_EQ(config->login->password, "a,b");
}

TEST(ClientConfig, AnEmptyFileIsPlainText) {
  const auto config = read("");
  ASSERT_TRUE(config);
  EXPECT_FALSE(config->has_tls);
  EXPECT_FALSE(config->login);
}

TEST(ClientConfig, AnEmptyAlgorithmChecksNoHost) {
  EXPECT_FALSE(read("security.protocol=SSL\nssl.endpoint.identification.algorithm=\n")->checks_host);
}

TEST(ClientConfig, SaysWhatIsWrongAndNoSecret) {
  EXPECT_NE(failure_of("security.protocol=TLS\n").find("security.protocol is TLS"), std::string::npos);
  EXPECT_NE(failure_of("security.protocol=SASL_SSL\n").find("GSSAPI"), std::string::npos);
  EXPECT_NE(failure_of("security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n").find("sasl.jaas.config"),
            std::string::npos);
  const std::string other = failure_of(std::string("security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n") +
                                       "sasl.jaas.config=" + kScram + "username=\"alice\" password=\"hush\";\n");
  EXPECT_NE(other.find("PLAIN"), std::string::npos);
  EXPECT_EQ(other.find("hush"), std::string::npos);
  EXPECT_FALSE(read_client_config("/nowhere/at/all"));
}

}  // namespace
}  // namespace muir::server
