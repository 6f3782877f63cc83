#include "server/config/sasl_listener.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

constexpr std::string_view kPlain = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

ConfigMap with(ConfigMap more) {
  auto given = BrokerConfig::embedded_default();
  given["listeners"] = "PLAINTEXT://127.0.0.1:9092,OUT://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093";
  given["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,OUT:SASL_PLAINTEXT";
  for (auto& [key, value] : more) given[key] = std::move(value);
  return given;
}

std::string refusal(ConfigMap more) {
  const auto config = BrokerConfig::load(with(std::move(more)));
  return config ? "" : config.error().message;
}

TEST(SaslListener, ReadsMechanismsAndUsersOfItsOwnKeys) {
  const auto config = BrokerConfig::load(with({
      {"sasl.enabled.mechanisms", "SCRAM-SHA-256"},
      {"listener.name.out.sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512"},
      {"listener.name.out.plain.sasl.jaas.config",
       std::string(kPlain) + "username=x password=y user_a=1 user_b=\"2\";"},
      {"connections.max.reauth.ms", "1000"},
      {"listener.name.out.plain.connections.max.reauth.ms", "2000"},
  }));

  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->sasl_of_listener.size(), 1u);
  const SaslListenerConfig& listener = *config->sasl_of_listener.at("OUT");
  EXPECT_EQ(listener.enabled, (std::vector<std::string>{"PLAIN", "SCRAM-SHA-512"}));
  EXPECT_EQ(listener.plain_users, (auth::PlainUsers{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(listener.find("PLAIN")->max_reauth.count(), 2000);
  EXPECT_EQ(listener.find("SCRAM-SHA-512")->max_reauth.count(), 1000);
  EXPECT_EQ(listener.find("SCRAM-SHA-256"), nullptr);
  EXPECT_EQ(listener.failure_delay.count(), 100);
}

TEST(SaslListener, MechanismThatIsNotThereStopsTheStart) {
  EXPECT_NE(refusal({{"sasl.enabled.mechanisms", "SCRAM-SHA-1"}}).find("SCRAM-SHA-1"), std::string::npos);
  EXPECT_NE(refusal({{"sasl.enabled.mechanisms", ""}}), "");
}

TEST(SaslListener, TicketsNeedAKeytabAndAServiceName) {
  constexpr auto kJaas = "listener.name.out.gssapi.sasl.jaas.config";
  const std::string module = "com.sun.security.auth.module.Krb5LoginModule required ";
  const std::string whole = module + "useKeyTab=true storeKey=true keyTab=\"/k\" principal=\"kafka/h@R\"";
  EXPECT_NE(refusal({{"sasl.kerberos.service.name", "kafka"}}).find(kJaas), std::string::npos);
  for (const std::string& options :
       {std::string("useKeyTab=true storeKey=true keyTab=\"/k\""), std::string("useTicketCache=true"),
        std::string("useKeyTab=true keyTab=\"/k\" principal=\"kafka/h@R\""),
        std::string("useKeyTab=true storeKey=true keyTab=\"/k\" principal=\"*\"")})
    EXPECT_NE(refusal({{"sasl.kerberos.service.name", "kafka"}, {kJaas, module + options + ";"}}).find(kJaas),
              std::string::npos)
        << options;
  EXPECT_NE(refusal({{kJaas, whole + ";"}}).find("No serviceName defined"), std::string::npos);
  EXPECT_NE(refusal({{kJaas, whole + " serviceName=\"other\";"}, {"sasl.kerberos.service.name", "kafka"}})
                .find("Conflicting serviceName values"),
            std::string::npos);
  EXPECT_EQ(refusal({{kJaas, whole + " serviceName=\"kafka\";"}}), "");
  EXPECT_NE(refusal({{kJaas, whole + ";"},
                     {"listener.name.out.sasl.kerberos.service.name", "kafka"},
                     {"sasl.kerberos.principal.to.local.rules", "RULE:[1:$1"}})
                .find("Invalid rule: RULE:[1:$1"),
            std::string::npos);
}

TEST(SaslListener, TicketsAreReadAsTheListenerSays) {
  const auto config = BrokerConfig::load(
      with({{"listener.name.out.gssapi.sasl.jaas.config",
             "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=TRUE isInitiator=false "
             "keyTab=\"FILE:/etc/k\" principal=\"kafka/h@R\";"},
            {"listener.name.out.sasl.kerberos.service.name", "kafka"},
            {"listener.name.out.sasl.kerberos.principal.to.local.rules", "RULE:[1:$1](b.*)/U, RULE:[2:$2]"}}));
  ASSERT_TRUE(config) << config.error().message;
  const auto& kerberos = *config->sasl_of_listener.at("OUT")->kerberos;
  EXPECT_EQ(kerberos.acceptor->principal(), "kafka/h@R");
  EXPECT_EQ(kerberos.names->user_of("bob@R"), "BOB");
  EXPECT_EQ(kerberos.names->user_of("bob/x@R"), "x");
  EXPECT_EQ(kerberos.names->user_of("carol@R"), std::nullopt);
}

TEST(SaslListener, TokensNeedTheKeysOfAnIssuer) {
  EXPECT_NE(refusal({{"sasl.enabled.mechanisms", "OAUTHBEARER"}}).find("sasl.oauthbearer.jwks.endpoint.url"),
            std::string::npos);
  EXPECT_NE(refusal({{"sasl.enabled.mechanisms", "OAUTHBEARER"}, {"sasl.oauthbearer.jwks.endpoint.url", "ftp://x/y"}}),
            "");
  const auto config = BrokerConfig::load(with({
      {"sasl.enabled.mechanisms", "OAUTHBEARER"},
      {"listener.name.out.oauthbearer.sasl.server.callback.handler.class",
       "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"},
      {"listener.name.out.oauthbearer.sasl.jaas.config",
       "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;"},
      {"sasl.oauthbearer.jwks.endpoint.url", "file:///etc/keys.json"},
      {"listener.name.out.sasl.oauthbearer.expected.audience", "kafka,other"},
      {"listener.name.out.oauthbearer.sasl.oauthbearer.expected.issuer", "https://issuer.example"},
      {"sasl.oauthbearer.sub.claim.name", "name"},
  }));
  ASSERT_TRUE(config) << config.error().message;
  const auto& oauth = *config->sasl_of_listener.at("OUT")->oauth;
  EXPECT_EQ(oauth.jwks_url, "file:///etc/keys.json");
  EXPECT_EQ(oauth.rules.audiences, (std::vector<std::string>{"kafka", "other"}));
  EXPECT_EQ(oauth.rules.issuer, "https://issuer.example");
  EXPECT_EQ(oauth.rules.subject_claim, "name");
}

// CVE-2025-27817: no client leads the broker to a URL.
TEST(SaslListener, DynamicSettingsDoNotNameAnIssuer) {
  const auto config = BrokerConfig::load(with(
      {{"sasl.enabled.mechanisms", "OAUTHBEARER"}, {"sasl.oauthbearer.jwks.endpoint.url", "file:///etc/keys.json"}}));
  ASSERT_TRUE(config);
  const auto changed = config->with_dynamic(
      {}, {{"listener.name.out.oauthbearer.sasl.oauthbearer.jwks.endpoint.url", "http://169.254.169.254/"},
           {"listener.name.out.sasl.oauthbearer.jwks.endpoint.url", "http://169.254.169.254/"}});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->sasl_of_listener.at("OUT")->oauth->jwks_url, "file:///etc/keys.json");
}

TEST(SaslListener, JaasMustFitItsMechanismAndIsNotShown) {
  EXPECT_NE(refusal({{"sasl.enabled.mechanisms", "PLAIN"}}).find("listener.name.out.plain.sasl.jaas.config"),
            std::string::npos);
  for (const std::string line :
       {"com.example.Evil required password=hunter2;", "broken hunter2",
        "org.apache.kafka.common.security.plain.PlainLoginModule required password=hunter2;"}) {
    const std::string why = refusal(
        {{"sasl.enabled.mechanisms", "SCRAM-SHA-256"}, {"listener.name.out.scram-sha-256.sasl.jaas.config", line}});
    EXPECT_NE(why, "") << line;
    EXPECT_EQ(why.find("hunter2"), std::string::npos) << why;
  }
}

TEST(SaslListener, BrokersMustBeAbleToLogInToEachOther) {
  EXPECT_NE(refusal({{"inter.broker.listener.name", "OUT"}, {"sasl.enabled.mechanisms", "SCRAM-SHA-256"}})
                .find("sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms"),
            std::string::npos);
  EXPECT_EQ(refusal({{"inter.broker.listener.name", "OUT"},
                     {"sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-256"},
                     {"sasl.enabled.mechanisms", "SCRAM-SHA-256"}}),
            "");
}

}  // namespace
}  // namespace muir::server
