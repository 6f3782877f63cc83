#include "auth/acl/explanation.h"

#include <gtest/gtest.h>

namespace muir::auth {
namespace {

const Principal kAlice{"User", "alice"};
const Resource kOrders{ResourceType::TOPIC, "orders"};

Acl allow(std::string name, std::string principal, std::string host, Operation operation) {
  return {ResourceType::TOPIC, std::move(name), PatternType::LITERAL, std::move(principal),
          std::move(host),     operation,       Permission::ALLOW};
}

std::string why(const Acl& acl, Operation operation) { return why_not(acl, {kAlice, "10.0.0.1"}, operation, kOrders); }

TEST(Explanation, SaysWhatAnAclIsAboutInstead) {
  EXPECT_EQ(why(allow("orders", "User:alice", "*", Operation::READ), Operation::DESCRIBE), "");
  EXPECT_EQ(why(allow("order", "User:alice", "*", Operation::READ), Operation::READ), "is about LITERAL order");
  EXPECT_EQ(why(allow("orders", "User:bob", "*", Operation::READ), Operation::READ), "is about User:bob");
  EXPECT_EQ(why(allow("*", "User:*", "10.0.0.2", Operation::READ), Operation::READ), "is about the host 10.0.0.2");
  EXPECT_EQ(why(allow("orders", "User:alice", "*", Operation::DESCRIBE), Operation::READ),
            "allows DESCRIBE, which does not imply READ");
  Acl denial = allow("orders", "User:alice", "*", Operation::READ);
  denial.permission = Permission::DENY;
  EXPECT_EQ(why(denial, Operation::DESCRIBE), "denies READ, which does not deny DESCRIBE");
}

}  // namespace
}  // namespace muir::auth
