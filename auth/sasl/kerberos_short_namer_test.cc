#include "auth/sasl/kerberos_short_namer.h"

#include <gtest/gtest.h>

namespace muir::auth {
namespace {

using Rules = std::vector<std::string>;

std::string user(const Rules& rules, std::string_view principal) {
  const auto namer = KerberosShortNamer::parse(rules, "REALM.COM");
  return namer ? namer->user_of(principal).value_or("nobody") : namer.error();
}

TEST(KerberosShortNamer, DefaultTakesPrimariesOfTheDefaultRealm) {
  EXPECT_EQ(user({"DEFAULT"}, "alice@REALM.COM"), "alice");
  EXPECT_EQ(user({"DEFAULT"}, "App.service/host@REALM.COM"), "App.service");
  EXPECT_EQ(user({"DEFAULT"}, "alice@OTHER.COM"), "nobody");
  EXPECT_EQ(user({"DEFAULT"}, "alice"), "alice");
}

// What Apache Kafka's own documentation shows, and what its tests try.
TEST(KerberosShortNamer, RulesRewriteAsKafkas) {
  const Rules rules{"RULE:[1:$1@$0](.*@EXAMPLE.ORG)s/@.*//", "RULE:[2:$1](App\\..*)s/App\\.(.*)/$1/g", "RULE:[1:$1]/U",
                    "RULE:[2:$1;$2](.*;admin)s/;admin//L", "DEFAULT"};
  EXPECT_EQ(user(rules, "bob@EXAMPLE.ORG"), "bob");
  EXPECT_EQ(user(rules, "App.service-name/example.com@REALM.COM"), "service-name");
  EXPECT_EQ(user(rules, "carol@ELSEWHERE"), "CAROL");
  EXPECT_EQ(user(rules, "Dave/admin@ELSEWHERE"), "dave");
  EXPECT_EQ(user(rules, "dave/host@REALM.COM"), "dave");
  EXPECT_EQ(user(rules, "dave/host@ELSEWHERE"), "nobody");
  EXPECT_EQ(user({"RULE:[1:$1]s/a/o/"}, "banana@X"), "bonana");
  EXPECT_EQ(user({"RULE:[1:$1]s/a/o/g"}, "banana@X"), "bonono");
  EXPECT_EQ(user({"RULE:[1:$1](ban)s/a/o/g"}, "banana@X"), "nobody") << "the whole text must match";
}

TEST(KerberosShortNamer, FirstRuleThatAppliesDecidesEvenForNobody) {
  EXPECT_EQ(user({"RULE:[1:$1@$0]", "DEFAULT"}, "alice@REALM.COM"), "nobody") << "an @ is in no simple name";
  EXPECT_EQ(user({"RULE:[2:$1/$2]", "DEFAULT"}, "alice/h@REALM.COM"), "nobody");
  EXPECT_EQ(user({"RULE:[1:$1]s/.*//", "DEFAULT"}, "alice@REALM.COM"), "nobody") << "nor is nothing a name";
}

// CVE-2017-12610 in the clothes of Kerberos: no spelling of a name makes it another's.
TEST(KerberosShortNamer, MalformedNamesAreNobodys) {
  for (const std::string_view name : {"a/b/c@REALM.COM", "alice@X@REALM.COM", "alice\\@REALM.COM@EVIL",
                                      "a/b@REALM.COM/c", "@REALM.COM", "/h@REALM.COM", "a/b", ""})
    EXPECT_EQ(user({"DEFAULT", "RULE:[1:$1]", "RULE:[2:$1]"}, name), "nobody") << name;
}

TEST(KerberosShortNamer, RulesThatCannotWorkAreRefused) {
  for (const std::string rule :
       {"default", "", "RULE:[1:$1", "RULE:[:$1]", "RULE:[1:$2]", "RULE:[2:$3]", "RULE:[1:$]", "RULE:[1:$1]x",
        "RULE:[1:$1](a", "RULE:[1:$1]s/(/x/", "RULE:[1:$1]s/a/$1/", "RULE:[1:$1]s/a/\\", "RULE:[1:$1]s/a(?=b)/x/",
        "RULE:[1:$1]/X", "RULE:[99999999999999999999999:$1]"})
    EXPECT_NE(user({rule}, "alice@REALM.COM").find("Invalid rule"), std::string::npos) << rule;
}

// Java's matcher would need longer than the universe is old.
TEST(KerberosShortNamer, NoNameHoldsItUp) {
  const std::string name = std::string(20'000, 'a') + "@REALM.COM";
  EXPECT_EQ(user({"RULE:[1:$1](a*a*a*a*a*a*a*a*b)", "DEFAULT"}, name), std::string(20'000, 'a'));
}

}  // namespace
}  // namespace muir::auth
