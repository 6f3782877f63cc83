#pragma once

#include "auth/acl/operation.h"
#include "auth/acl/principal.h"

namespace muir::auth {

// Decides what a principal may do.  Asked by every handler before anything else; used from every shard at once.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual bool may(const Principal& principal, Operation operation, const Resource& resource) const = 0;

  // Whether there is any resource of this type on which `principal` may do it.
  virtual bool may_on_any(const Principal& principal, Operation operation, ResourceType type) const = 0;

  // What `principal` may do to `resource`, as an authorized_operations field.
  std::int32_t authorized_operations(const Principal& principal, const Resource& resource) const {
    std::int32_t allowed = 0;
    for (int bit = 0; bit < 32; ++bit) {
      if (!(supported_operations(resource.type) >> bit & 1)) continue;
      if (may(principal, static_cast<Operation>(bit), resource)) allowed |= 1 << bit;
    }
    return allowed;
  }
};

// A broker without `authorizer.class.name`: everybody may do everything, as in Kafka.
class NoAuthorizer final : public Authorizer {
 public:
  bool may(const Principal&, Operation, const Resource&) const override { return true; }
  bool may_on_any(const Principal&, Operation, ResourceType) const override { return true; }
};

}  // namespace muir::auth
