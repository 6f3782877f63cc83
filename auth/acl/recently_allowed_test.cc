#include "auth/acl/recently_allowed.h"

#include <gtest/gtest.h>

#include "auth/acl/acl_index.h"

namespace muir::auth {
namespace {

constexpr Resource kOrders{ResourceType::TOPIC, "orders"};

TEST(RecentlyAllowed, KnowsExactlyWhatWasRemembered) {
  RecentlyAllowed recently;
  EXPECT_FALSE(recently.knows(1, Operation::WRITE, kOrders));
  recently.remember(1, Operation::WRITE, kOrders);
  EXPECT_TRUE(recently.knows(1, Operation::WRITE, kOrders));
  EXPECT_FALSE(recently.knows(2, Operation::WRITE, kOrders));
  EXPECT_FALSE(recently.knows(1, Operation::READ, kOrders));
  EXPECT_FALSE(recently.knows(1, Operation::WRITE, {ResourceType::GROUP, "orders"}));
  EXPECT_FALSE(recently.knows(1, Operation::WRITE, {ResourceType::TOPIC, "ardors"}));  // The same place.
  EXPECT_FALSE(recently.knows(1, Operation::WRITE, {ResourceType::TOPIC, ""}));
  recently.forget();
  EXPECT_FALSE(recently.knows(1, Operation::WRITE, kOrders));
}

TEST(RecentlyAllowed, TheLaterOfTwoInOnePlaceStays) {
  RecentlyAllowed recently;
  recently.remember(1, Operation::WRITE, kOrders);
  recently.remember(1, Operation::WRITE, {ResourceType::TOPIC, "ardors"});
  EXPECT_FALSE(recently.knows(1, Operation::WRITE, kOrders));
  EXPECT_TRUE(recently.knows(1, Operation::WRITE, {ResourceType::TOPIC, "ardors"}));
}

TEST(RecentlyAllowed, EveryChangeOfTheAclsIsAnotherVersion) {
  const Acl acl{ResourceType::TOPIC, "orders", PatternType::LITERAL, "User:a", "*", Operation::READ, Permission::ALLOW};
  AclIndex index;
  const AclIndex none = index;
  index.add(acl);
  const AclIndex one = index;
  EXPECT_NE(one.version(), none.version());
  EXPECT_EQ(one.version(), index.version());
  index.remove(acl);
  EXPECT_NE(index.version(), one.version());
  EXPECT_NE(index.version(), none.version());
  AclIndex other = none;  // A sibling with another ACL.
  other.add(acl);
  EXPECT_NE(other.version(), one.version());
}

}  // namespace
}  // namespace muir::auth
