#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace muir::server {

// What a dynamic setting belongs to; the numbers are the protocol's.
enum class ConfigResourceType : std::int8_t {
  UNKNOWN = 0,
  TOPIC = 2,
  BROKER = 4,
  BROKER_LOGGER = 8,
  CLIENT_METRICS = 16,
  GROUP = 32,
};

// UNKNOWN for a number that Kafka 4.3.1 does not have.
inline ConfigResourceType config_resource_type_of(std::int8_t id) {
  switch (id) {
    case 2:
    case 4:
    case 8:
    case 16:
    case 32:
      return static_cast<ConfigResourceType>(id);
    default:
      return ConfigResourceType::UNKNOWN;
  }
}

// A broker with an empty name is the default of every broker of the cluster.  A topic's name is the stored one.
struct ConfigResource {
  ConfigResourceType type = ConfigResourceType::UNKNOWN;
  std::string name;

  auto operator<=>(const ConfigResource&) const = default;
};

}  // namespace muir::server
