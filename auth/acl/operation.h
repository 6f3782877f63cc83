#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace muir::auth {

// What may be done to a resource; the numbers are those of ACL records and of authorized_operations (KIP-430).  ANY
// stands in filters only, ALL in ACLs and filters; no request asks for either.
enum class Operation : std::int8_t {
  UNKNOWN = 0,
  ANY = 1,
  ALL = 2,
  READ = 3,
  WRITE = 4,
  CREATE = 5,
  DELETE = 6,
  ALTER = 7,
  DESCRIBE = 8,
  CLUSTER_ACTION = 9,
  DESCRIBE_CONFIGS = 10,
  ALTER_CONFIGS = 11,
  IDEMPOTENT_WRITE = 12,
  CREATE_TOKENS = 13,
  DESCRIBE_TOKENS = 14,
  TWO_PHASE_COMMIT = 15,
};

// ANY stands in filters only.
enum class ResourceType : std::int8_t {
  UNKNOWN = 0,
  ANY = 1,
  TOPIC = 2,
  GROUP = 3,
  CLUSTER = 4,
  TRANSACTIONAL_ID = 5,
  DELEGATION_TOKEN = 6,
  USER = 7,
};

// What a request wants to touch, by the name under which it is stored.
struct Resource {
  ResourceType type;
  std::string_view name;
};

inline constexpr std::string_view kClusterName = "kafka-cluster";
inline constexpr Resource kCluster{ResourceType::CLUSTER, kClusterName};

// The operations that exist for a type of resource, as the bits (1 << operation) of an authorized_operations field.
std::int32_t supported_operations(ResourceType type);

// As Kafka spells them: "DESCRIBE_CONFIGS", "TRANSACTIONAL_ID"; a number that is none is "UNKNOWN".
std::string_view name(Operation operation);
std::string_view name(ResourceType type);

// The other way, whatever the case, and with or without underscores: "DescribeConfigs".  Nothing for what is none.
std::optional<Operation> operation_of(std::string_view name);
std::optional<ResourceType> resource_type_of(std::string_view name);

}  // namespace muir::auth
