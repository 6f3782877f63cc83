#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "server/metadata/replicas.h"
#include "wire/base/ids.h"

namespace muir::server {

// A broker that may hold new replicas: registered, not shutting down, with a log directory that is not cordoned.
struct UsableBroker {
  NodeId id;
  std::optional<std::string> rack;
  bool is_fenced = false;
};

// Why there is no placement: the text of Kafka's InvalidReplicationFactorException.
struct PlacementProblem {
  std::string message;
};

struct Placement {
  std::vector<Replicas> partitions;  // One a partition; the first replica leads and is never fenced.
  std::optional<PlacementProblem> problem;
};

// Puts `partitions` partitions of `replicas` replicas on brokers, in stripes over the racks and round-robin within each
// rack, unfenced brokers first; where to begin is drawn from `random`.  Pure but for that.
Placement place_replicas(const std::vector<UsableBroker>& brokers, std::int32_t partitions, std::int32_t replicas,
                         std::mt19937_64& random);

}  // namespace muir::server
