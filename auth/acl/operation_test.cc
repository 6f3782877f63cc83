#include "auth/acl/operation.h"

#include <gtest/gtest.h>

namespace muir::auth {
namespace {

// The values that a stock 4.3.1 broker without authorizer answers.
TEST(Operation, SupportedOperationsAreTheBitsThatKafkaAnswers) {
  EXPECT_EQ(supported_operations(ResourceType::TOPIC), 3576);
  EXPECT_EQ(supported_operations(ResourceType::CLUSTER), 8096);
  EXPECT_EQ(supported_operations(ResourceType::GROUP), 3400);
}

TEST(Operation, NamesAreReadHoweverTheyAreSpelt) {
  EXPECT_EQ(operation_of("describe_configs"), Operation::DESCRIBE_CONFIGS);
  EXPECT_EQ(operation_of("DescribeConfigs"), Operation::DESCRIBE_CONFIGS);
  EXPECT_EQ(operation_of("describe__configs"), std::nullopt);
  EXPECT_EQ(operation_of("UNKNOWN"), std::nullopt);
  EXPECT_EQ(resource_type_of("TransactionalId"), ResourceType::TRANSACTIONAL_ID);
  EXPECT_EQ(name(static_cast<Operation>(99)), "UNKNOWN");
}

}  // namespace
}  // namespace muir::auth
