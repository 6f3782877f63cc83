#include "auth/acl/operation.h"

#include <initializer_list>

#include "auth/acl/enum_names.h"

namespace muir::auth {
namespace {

constexpr std::string_view kOperations[] = {"UNKNOWN",
                                            "ANY",
                                            "ALL",
                                            "READ",
                                            "WRITE",
                                            "CREATE",
                                            "DELETE",
                                            "ALTER",
                                            "DESCRIBE",
                                            "CLUSTER_ACTION",
                                            "DESCRIBE_CONFIGS",
                                            "ALTER_CONFIGS",
                                            "IDEMPOTENT_WRITE",
                                            "CREATE_TOKENS",
                                            "DESCRIBE_TOKENS",
                                            "TWO_PHASE_COMMIT"};
constexpr std::string_view kResourceTypes[] = {
    "UNKNOWN", "ANY", "TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID", "DELEGATION_TOKEN", "USER"};

std::int32_t bits(std::initializer_list<Operation> operations) {
  std::int32_t set = 0;
  for (const Operation operation : operations) set |= 1 << static_cast<int>(operation);
  return set;
}

}  // namespace

std::int32_t supported_operations(ResourceType type) {
  using enum Operation;
  switch (type) {
    case ResourceType::TOPIC:
      return bits({READ, WRITE, CREATE, DESCRIBE, DELETE, ALTER, DESCRIBE_CONFIGS, ALTER_CONFIGS});
    case ResourceType::GROUP:
      return bits({READ, DESCRIBE, DELETE, DESCRIBE_CONFIGS, ALTER_CONFIGS});
    case ResourceType::CLUSTER:
      return bits({CREATE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE, ALTER, DESCRIBE});
    case ResourceType::TRANSACTIONAL_ID:
      return bits({DESCRIBE, WRITE, TWO_PHASE_COMMIT});
    case ResourceType::DELEGATION_TOKEN:
      return bits({DESCRIBE});
    case ResourceType::USER:
      return bits({CREATE_TOKENS, DESCRIBE_TOKENS});
    default:
      return 0;
  }
}

std::string_view name(Operation operation) { return name_in(kOperations, operation); }
std::string_view name(ResourceType type) { return name_in(kResourceTypes, type); }

std::optional<Operation> operation_of(std::string_view name) { return value_in<Operation>(kOperations, name); }
std::optional<ResourceType> resource_type_of(std::string_view name) {
  return value_in<ResourceType>(kResourceTypes, name);
}

}  // namespace muir::auth
