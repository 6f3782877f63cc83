#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "auth/acl/acl.h"
#include "auth/acl/operation.h"

namespace muir::auth {

// What one principal was allowed lately from one host: a connection asks for the same few things all its life, and
// need not walk the ACLs for each request.  What was denied is not kept: it is rare, and is to be written down.  Of two
// questions that share a place the later one stays.  Bounded: kPlaces names.  Owner: a session.
class RecentlyAllowed {
 public:
  static constexpr std::size_t kPlaces = 16;

  // Whether this was allowed by the ACLs of that version (AclIndex::version()).
  bool knows(std::uint64_t version, Operation operation, const Resource& resource) const;
  void remember(std::uint64_t version, Operation operation, const Resource& resource);

  // Somebody else asks from now on.
  void forget() { places_.reset(); }

 private:
  struct Place {
    std::uint64_t version = 0;  // Of no ACLs: nothing is known here.
    Operation operation{};
    ResourceType type{};
    std::string name;
  };
  static std::size_t place_of(Operation operation, const Resource& resource);

  std::unique_ptr<std::array<Place, kPlaces>> places_;  // Made when something is remembered.
};

}  // namespace muir::auth
