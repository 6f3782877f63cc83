#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/acl/operation.h"

namespace muir::auth {

// How the name of an ACL's resource is to be read (KIP-290).  ANY and MATCH stand in filters only.
enum class PatternType : std::int8_t {
  UNKNOWN = 0,
  ANY = 1,
  MATCH = 2,    // Every ACL that says something about a resource of this name.
  LITERAL = 3,  // The very name; "*" is every name.
  PREFIXED = 4,
};

enum class Permission : std::int8_t { UNKNOWN = 0, ANY = 1, DENY = 2, ALLOW = 3 };

std::string_view name(PatternType type);
std::string_view name(Permission permission);

inline constexpr std::string_view kEverything = "*";     // As the name of a literal resource, or as a host.
inline constexpr std::string_view kEverybodyName = "*";  // Of the principal User:*.
inline constexpr std::string_view kEverybodyType = "User";

// One access control entry: who may, or may not, do what to which resources, from which host.  Kafka compares hosts
// as text: there are no networks (CIDR) in 4.3.
struct Acl {
  ResourceType resource_type = ResourceType::UNKNOWN;
  std::string resource_name;
  PatternType pattern_type = PatternType::UNKNOWN;
  std::string principal;  // `User:alice`; `User:*` is everybody.
  std::string host;       // As Java prints an address; `*` is every one.
  Operation operation = Operation::UNKNOWN;
  Permission permission = Permission::UNKNOWN;

  bool is_wildcard() const { return pattern_type == PatternType::LITERAL && resource_name == kEverything; }
  bool operator==(const Acl&) const = default;
};

// As Kafka prints it in its audit log.
std::string to_string(const Acl& acl);

// Which ACLs a DescribeAcls or DeleteAcls means.  What is absent, or ANY, is left open.
struct AclFilter {
  ResourceType resource_type = ResourceType::ANY;
  std::optional<std::string_view> resource_name;
  PatternType pattern_type = PatternType::ANY;
  std::optional<std::string_view> principal;
  std::optional<std::string_view> host;
  Operation operation = Operation::ANY;
  Permission permission = Permission::ANY;

  bool matches(const Acl& acl) const;
};

}  // namespace muir::auth
