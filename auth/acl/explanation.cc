#include "auth/acl/explanation.h"

#include <fmt/format.h>

namespace muir::auth {

std::string why_not(const Acl& acl, const Subject& who, Operation operation, const Resource& resource) {
  AclIndex alone;
  alone.add(acl);
  if (!alone.says_anything_of(resource))
    return fmt::format("is about {} {}", name(acl.pattern_type), acl.resource_name);
  const std::string principal = who.principal.to_string();
  if (acl.principal != principal && acl.principal != "User:*") return fmt::format("is about {}", acl.principal);
  if (acl.host != kEverything && acl.host != who.host) return fmt::format("is about the host {}", acl.host);
  if (alone.find(who, operation, resource)) return {};
  return acl.permission == Permission::DENY
             ? fmt::format("denies {}, which does not deny {}", name(acl.operation), name(operation))
             : fmt::format("allows {}, which does not imply {}", name(acl.operation), name(operation));
}

}  // namespace muir::auth
