#include "auth/acl/operation.h"

#include <gtest/gtest.h>

#include "auth/acl/authorizer.h"

namespace muir::auth {
namespace {

// The values that a stock 4.3.1 broker without authorizer answers.
TEST(Operation, SupportedOperationsAreTheBitsThatKafkaAnswers) {
  EXPECT_EQ(supported_operations(ResourceType::TOPIC), 3576);
  EXPECT_EQ(supported_operations(ResourceType::CLUSTER), 8096);
  EXPECT_EQ(supported_operations(ResourceType::GROUP), 3400);
}

struct ReadersOnly final : Authorizer {
  bool may(const Principal&, Operation operation, const Resource&) const override {
    return operation == Operation::READ;
  }
  bool may_on_any(const Principal&, Operation operation, ResourceType) const override {
    return operation == Operation::READ;
  }
};

TEST(Authorizer, AuthorizedOperationsAreThoseThatItAllows) {
  EXPECT_EQ(ReadersOnly{}.authorized_operations({}, {ResourceType::TOPIC, "t"}), 1 << 3);
  EXPECT_EQ(ReadersOnly{}.authorized_operations({}, kCluster), 0);
  EXPECT_EQ(NoAuthorizer{}.authorized_operations({}, kCluster), supported_operations(ResourceType::CLUSTER));
}

}  // namespace
}  // namespace muir::auth
