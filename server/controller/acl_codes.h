#pragma once

#include <cstdint>

#include "auth/acl/acl.h"

namespace muir::server {

// What a number of an ACL request means; one that this version does not know is UNKNOWN.
template <class Enum>
Enum acl_code(std::int8_t code) {
  const auto value = static_cast<Enum>(code);
  return name(value) == name(Enum::UNKNOWN) ? Enum::UNKNOWN : value;
}

// The filter of a DescribeAcls, or one of a DeleteAcls; views it.
template <class Asked>
auth::AclFilter acl_filter(const Asked& asked) {
  return {.resource_type = acl_code<auth::ResourceType>(asked.resource_type_filter),
          .resource_name = asked.resource_name_filter,
          .pattern_type = acl_code<auth::PatternType>(asked.pattern_type_filter),
          .principal = asked.principal_filter,
          .host = asked.host_filter,
          .operation = acl_code<auth::Operation>(asked.operation),
          .permission = acl_code<auth::Permission>(asked.permission_type)};
}

}  // namespace muir::server
