#include "auth/acl/operation.h"

#include <initializer_list>

namespace muir::auth {
namespace {

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
  }
  return 0;
}

}  // namespace muir::auth
