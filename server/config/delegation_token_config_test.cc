#include "server/config/delegation_token_config.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

DelegationTokenConfig config(const ConfigMap& extra = {}) {
  auto given = BrokerConfig::embedded_default();
  for (const auto& [key, value] : extra) given[key] = value;
  const auto loaded = BrokerConfig::load(given);
  EXPECT_TRUE(loaded);
  return loaded ? delegation_token_config(*loaded) : DelegationTokenConfig{};
}

TEST(DelegationTokenConfig, WithoutASecretThereAreNoTokens) {
  EXPECT_FALSE(config().secret_key);
  EXPECT_FALSE(config({{"delegation.token.secret.key", ""}}).secret_key);
}

TEST(DelegationTokenConfig, IsWhatTheKeysSay) {
  const auto tokens = config({{"delegation.token.secret.key", "swordfish"}, {"delegation.token.expiry.time.ms", "7"}});
  EXPECT_EQ(tokens.secret_key, "swordfish");
  EXPECT_EQ(tokens.expiry_time.count(), 7);
  EXPECT_EQ(tokens.max_lifetime.count(), 604'800'000);
  EXPECT_EQ(tokens.expiry_check_interval.count(), 3'600'000);
}

}  // namespace
}  // namespace muir::server
