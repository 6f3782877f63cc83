#include "server/tls/listener_tls.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/tls/test_files.h"

namespace muir::server {
namespace {

using auth::TlsSettings;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPrefix[] = "listener.name.outside.";

ConfigMap file() {
  ConfigMap given = BrokerConfig::embedded_default();
  given["listeners"] = "PLAINTEXT://127.0.0.1:9092,OUTSIDE://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093";
  given["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,OUTSIDE:SSL,CONTROLLER:PLAINTEXT";
  given["ssl.keystore.type"] = "PKCS12";
  given["ssl.keystore.location"] = auth::test_path("broker.p12");
  given["ssl.keystore.password"] = auth::kStorePassword;
  return given;
}

BrokerConfig config_of(const ConfigMap& given) {
  auto config = BrokerConfig::load(given);
  EXPECT_TRUE(config) << config.error().message;
  return config ? std::move(*config) : BrokerConfig{};
}

TlsSettings settings_of(const ConfigMap& given, SecurityProtocol protocol = SecurityProtocol::SSL) {
  return tls_settings(config_of(given), Endpoint{"OUTSIDE", protocol, "", 0});
}

TEST(TlsSettingsOfAListener, ItsOwnStandBeforeThoseOfAll) {
  ConfigMap given = file();
  given["ssl.enabled.protocols"] = "TLSv1.2";
  given[std::string(kPrefix) + "ssl.keystore.location"] = "/own";
  given[std::string(kPrefix) + "ssl.cipher.suites"] = "TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384";
  given["listener.name.other.ssl.keystore.password"] = "of another";
  const TlsSettings settings = settings_of(given);
  EXPECT_EQ(settings.keystore.location, "/own");
  EXPECT_EQ(settings.keystore.password, auth::kStorePassword);
  EXPECT_THAT(settings.enabled_protocols, ElementsAre("TLSv1.2"));
  EXPECT_THAT(settings.cipher_suites, ElementsAre("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"));
}

// KIP-684: where SASL says who a client is, a certificate is asked for only by the listener's own key.
TEST(TlsSettingsOfAListener, OnSaslOnlyItsOwnKeyAsksForCertificates) {
  ConfigMap given = file();
  given["ssl.client.auth"] = "required";
  EXPECT_EQ(settings_of(given).client_auth, TlsSettings::ClientAuth::required);
  EXPECT_EQ(settings_of(given, SecurityProtocol::SASL_SSL).client_auth, TlsSettings::ClientAuth::none);
  given[std::string(kPrefix) + "ssl.client.auth"] = "requested";
  EXPECT_EQ(settings_of(given, SecurityProtocol::SASL_SSL).client_auth, TlsSettings::ClientAuth::requested);
}

TEST(ListenerTls, ServesTheListenersThatSpeakIt) {
  const auto tls = ListenerTls::load(config_of(file()), system_clock());
  ASSERT_TRUE(tls) << tls.error().message;
  EXPECT_TRUE(tls->of("OUTSIDE"));
  EXPECT_FALSE(tls->of("PLAINTEXT"));
}

TEST(ListenerTls, NamesTheListenerThatCannotBeServed) {
  ConfigMap given = file();
  given["ssl.keystore.password"] = "a-wrong-one";
  const auto tls = ListenerTls::load(config_of(given), system_clock());
  ASSERT_FALSE(tls);
  EXPECT_THAT(tls.error().message, HasSubstr("The listener OUTSIDE cannot speak TLS: Failed to load SSL keystore "));
  EXPECT_THAT(tls.error().message, ::testing::Not(HasSubstr("a-wrong-one")));
}

TEST(ListenerTls, ReplacesOnlyWhatHasChanged) {
  const std::string store = ::testing::TempDir() + "listener_tls_test.p12";
  const auto copy = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(auth::test_path("broker.p12"), store, copy);
  ConfigMap given = file();
  given["ssl.keystore.location"] = store;
  const BrokerConfig config = config_of(given);
  const auto first = ListenerTls::load(config, system_clock());
  ASSERT_TRUE(first);

  const auto same = ListenerTls::reload(config, *first, system_clock());
  EXPECT_EQ(same->of("OUTSIDE"), first->of("OUTSIDE"));
  EXPECT_TRUE(same->replaced_since(*first).empty());

  std::filesystem::copy_file(auth::test_path("legacy.p12"), store, copy);
  const auto next = ListenerTls::reload(config, *first, system_clock());
  EXPECT_THAT(next->replaced_since(*first), ElementsAre("OUTSIDE"));
  EXPECT_TRUE(next->check_successor_of(*first));
}

TEST(ListenerTls, ATrustStoreDoesNotComeFromNowhere) {
  const auto first = ListenerTls::load(config_of(file()), system_clock());
  ConfigMap given = file();
  given["ssl.truststore.location"] = auth::test_path("trust.jks");
  const auto next = ListenerTls::load(config_of(given), system_clock());
  ASSERT_TRUE(first && next);
  EXPECT_THAT(next->check_successor_of(*first).error().message, HasSubstr("Cannot add SSL truststore"));
  EXPECT_TRUE(first->check_successor_of(*next));
}

}  // namespace
}  // namespace muir::server
