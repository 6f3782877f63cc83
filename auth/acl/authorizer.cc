#include "auth/acl/authorizer.h"

#include <algorithm>

namespace muir::auth {
namespace {

using Rule = Decision::Rule;

}  // namespace

std::string to_string(const Decision& decision, const Principal& principal, ResourceType type) {
  switch (decision.rule) {
    case Rule::no_authorizer:
      return "NoAuthorizer";
    case Rule::super_user:
      return "SuperUser";
    case Rule::acl:
      return "MatchingAcl(acl=" + to_string(AclIndex::to_acl(decision.acl, principal, type)) + ")";
    case Rule::default_allow:
      return "DefaultAllow";
    case Rule::default_deny:
      return "DefaultDeny";
  }
  return "";
}

bool Authorizer::is_super_user(const Principal& principal) const {
  return std::ranges::find(settings_.super_users, principal) != settings_.super_users.end();
}

Decision Authorizer::decide(const AclIndex& acls, const Subject& who, Operation operation,
                            const Resource& resource) const {
  if (!is_configured_) return {true, Rule::no_authorizer};
  if (is_super_user(who.principal)) return {true, Rule::super_user};
  const AclIndex::Match match = acls.find(who, operation, resource);
  if (match) return {match.permission() == Permission::ALLOW, Rule::acl, match};
  if (settings_.allow_everyone_if_no_acl_found && !acls.says_anything_of(resource)) return {true, Rule::default_allow};
  return {false, Rule::default_deny};
}

bool Authorizer::may_on_any(const AclIndex& acls, const Subject& who, Operation operation, ResourceType type) const {
  // Kafka asks for a resource of this name first, so that super users, wildcards and defaults have their say.
  const Resource any{type, "hardcode"};
  return decide(acls, who, operation, any) || acls.allows_on_any(who, operation, type);
}

std::int32_t Authorizer::authorized_operations(const AclIndex& acls, const Subject& who,
                                               const Resource& resource) const {
  const std::int32_t supported = supported_operations(resource.type);
  if (!is_configured_) return supported;
  std::int32_t allowed = 0;
  for (int bit = 0; bit < 32; ++bit) {
    if (!(supported >> bit & 1)) continue;
    if (decide(acls, who, static_cast<Operation>(bit), resource)) allowed |= 1 << bit;
  }
  return allowed;
}

}  // namespace muir::auth
