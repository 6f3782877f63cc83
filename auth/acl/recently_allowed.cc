#include "auth/acl/recently_allowed.h"

namespace muir::auth {

// Topics that one client writes to differ in their last letters, if in anything.
std::size_t RecentlyAllowed::place_of(Operation operation, const Resource& resource) {
  std::size_t place = static_cast<std::size_t>(operation) + resource.name.size();
  if (!resource.name.empty()) place += static_cast<unsigned char>(resource.name.back());
  return place % kPlaces;
}

bool RecentlyAllowed::knows(std::uint64_t version, Operation operation, const Resource& resource) const {
  if (!places_) return false;
  const Place& place = (*places_)[place_of(operation, resource)];
  return place.version == version && place.operation == operation && place.type == resource.type &&
         place.name == resource.name;
}

void RecentlyAllowed::remember(std::uint64_t version, Operation operation, const Resource& resource) {
  if (!places_) places_ = std::make_unique<std::array<Place, kPlaces>>();
  Place& place = (*places_)[place_of(operation, resource)];
  place.version = version;
  place.operation = operation;
  place.type = resource.type;
  place.name = resource.name;
}

}  // namespace muir::auth
