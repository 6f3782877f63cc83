#include "auth/acl/acl.h"

#include <fmt/format.h>

#include "auth/acl/enum_names.h"

namespace muir::auth {
namespace {

constexpr std::string_view kPatternTypes[] = {"UNKNOWN", "ANY", "MATCH", "LITERAL", "PREFIXED"};
constexpr std::string_view kPermissions[] = {"UNKNOWN", "ANY", "DENY", "ALLOW"};

bool matches_pattern(const AclFilter& filter, const Acl& acl) {
  using enum PatternType;
  if (filter.pattern_type != ANY && filter.pattern_type != MATCH && filter.pattern_type != acl.pattern_type)
    return false;
  if (!filter.resource_name) return true;
  if (filter.pattern_type != MATCH) return *filter.resource_name == acl.resource_name;
  if (acl.pattern_type == PREFIXED) return filter.resource_name->starts_with(acl.resource_name);
  return *filter.resource_name == acl.resource_name || acl.is_wildcard();
}

}  // namespace

std::string_view name(PatternType type) { return name_in(kPatternTypes, type); }
std::string_view name(Permission permission) { return name_in(kPermissions, permission); }

std::string to_string(const Acl& acl) {
  return fmt::format(
      "StandardAcl(resourceType={}, resourceName={}, patternType={}, principal={}, host={}, operation={}, "
      "permissionType={})",
      name(acl.resource_type), acl.resource_name, name(acl.pattern_type), acl.principal, acl.host, name(acl.operation),
      name(acl.permission));
}

bool AclFilter::matches(const Acl& acl) const {
  if (resource_type != ResourceType::ANY && resource_type != acl.resource_type) return false;
  if (!matches_pattern(*this, acl)) return false;
  if (principal && *principal != acl.principal) return false;
  if (host && *host != acl.host) return false;
  if (operation != Operation::ANY && operation != acl.operation) return false;
  return permission == Permission::ANY || permission == acl.permission;
}

}  // namespace muir::auth
