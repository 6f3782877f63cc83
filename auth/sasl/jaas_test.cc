#include "auth/sasl/jaas.h"

#include <gtest/gtest.h>

namespace muir::auth {
namespace {

TEST(Jaas, ReadsTheOptionsOfKafkasModules) {
  const auto entry = parse_jaas(
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"a\\\"b;c\" "
      "user_alice='secret' /* a comment */ user_bob=plain123;");

  ASSERT_TRUE(entry) << entry.error();
  EXPECT_EQ(entry->module, JaasEntry::Module::plain);
  EXPECT_EQ(entry->options.at("password"), "a\"b;c");
  EXPECT_EQ(entry->options.at("user_alice"), "secret");
  EXPECT_EQ(entry->options.at("user_bob"), "plain123");
}

TEST(Jaas, TakesAModuleWithoutOptions) {
  const auto entry = parse_jaas(" org.apache.kafka.common.security.scram.ScramLoginModule REQUIRED ; ");

  ASSERT_TRUE(entry) << entry.error();
  EXPECT_EQ(entry->module, JaasEntry::Module::scram);
}

// CVE-2023-25194 and its like: a name is compared, nothing is loaded.
TEST(Jaas, OtherModulesAreRefused) {
  EXPECT_FALSE(parse_jaas("com.sun.security.auth.module.JndiLoginModule required user.provider.url=\"ldap://evil\";"));
  EXPECT_FALSE(parse_jaas("com.sun.security.auth.module.LdapLoginModule required;"));
}

TEST(Jaas, RefusalsShowNoValue) {
  for (const std::string_view text :
       {"", "org.apache.kafka.common.security.scram.ScramLoginModule",
        "org.apache.kafka.common.security.scram.ScramLoginModule required",
        "org.apache.kafka.common.security.scram.ScramLoginModule maybe password=hunter2;",
        "org.apache.kafka.common.security.scram.ScramLoginModule required password=hunter2",
        "org.apache.kafka.common.security.scram.ScramLoginModule required password=\"hunter2;",
        "org.apache.kafka.common.security.scram.ScramLoginModule required password hunter2;",
        "org.apache.kafka.common.security.scram.ScramLoginModule required password=;",
        "org.apache.kafka.common.security.scram.ScramLoginModule required password=hunter2; "
        "org.apache.kafka.common.security.scram.ScramLoginModule required;"}) {
    const auto entry = parse_jaas(text);
    ASSERT_FALSE(entry) << text;
    EXPECT_EQ(entry.error().find("hunter2"), std::string::npos) << entry.error();
  }
}

}  // namespace
}  // namespace muir::auth
