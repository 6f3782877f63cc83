#include "server/config/authorizer_config.h"

#include <gmock/gmock.h>

namespace muir::server {
namespace {

using ::testing::ElementsAre;

ConfigResult<BrokerConfig> load_with(ConfigMap more) {
  auto given = BrokerConfig::embedded_default();
  for (const auto& [key, value] : more) given[key] = value;
  return BrokerConfig::load(given);
}

TEST(AuthorizerConfig, NobodyIsKeptOutWithoutAClass) {
  const auto config = load_with({{"super.users", "User:admin"}, {"allow.everyone.if.no.acl.found", "false"}});
  ASSERT_TRUE(config);
  EXPECT_FALSE(config->has_standard_authorizer);
}

TEST(AuthorizerConfig, SuperUsersArePartedBySemicolons) {
  const auto config = load_with({{"authorizer.class.name", std::string(kStandardAuthorizer)},
                                 {"super.users", "User:CN=a,OU=b; ;Group:c ;"},
                                 {"allow.everyone.if.no.acl.found", " TRUE "}});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->has_standard_authorizer);
  EXPECT_TRUE(config->allow_everyone_if_no_acl_found);
  EXPECT_THAT(config->super_users, ElementsAre("User:CN=a,OU=b", "Group:c"));
}

TEST(AuthorizerConfig, SuperUserIsAPrincipal) {
  const auto config = load_with({{"super.users", "admin"}});
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("principalType:principalName"), std::string::npos) << config.error().message;
}

}  // namespace
}  // namespace muir::server
