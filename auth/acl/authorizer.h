#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "auth/acl/acl_index.h"
#include "auth/acl/operation.h"
#include "auth/acl/principal.h"

namespace muir::auth {

// What was decided, and by which rule.
struct Decision {
  enum class Rule : std::uint8_t { no_authorizer, super_user, acl, default_allow, default_deny };

  bool is_allowed = false;
  Rule rule = Rule::default_deny;
  AclIndex::Match acl{};  // Of Rule::acl; views the index and the question.

  explicit operator bool() const { return is_allowed; }
};

// The rule as Kafka's audit log has it: "SuperUser", "DefaultDeny", "MatchingAcl(acl=StandardAcl(...))".
std::string to_string(const Decision& decision, const Principal& principal, ResourceType type);

// Decides what a principal may do, as Kafka's StandardAuthorizer (KIP-801).  Immutable: the ACLs come with the
// question, from the image of whoever asks, so that every shard asks without a lock.
class Authorizer {
 public:
  struct Settings {
    std::vector<Principal> super_users;           // super.users
    bool allow_everyone_if_no_acl_found = false;  // Where no ACL, of whatever principal, is about the resource.
  };

  // A broker without `authorizer.class.name`: everybody may do everything, as in Kafka.
  Authorizer() = default;
  explicit Authorizer(Settings settings) : is_configured_(true), settings_(std::move(settings)) {}

  bool is_configured() const { return is_configured_; }

  Decision decide(const AclIndex& acls, const Subject& who, Operation operation, const Resource& resource) const;

  // Whether there is any resource of this type on which `who` may do it (KIP-679).
  bool may_on_any(const AclIndex& acls, const Subject& who, Operation operation, ResourceType type) const;

  // What `who` may do to `resource`, as an authorized_operations field (KIP-430).
  std::int32_t authorized_operations(const AclIndex& acls, const Subject& who, const Resource& resource) const;

 private:
  bool is_super_user(const Principal& principal) const;

  bool is_configured_ = false;
  Settings settings_;
};

}  // namespace muir::auth
