#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "server/controller/api_error.h"
#include "server/controller/decide_context.h"
#include "server/metadata/partition_registration.h"

// New partitions: those that a request places by hand, and those that the controller places.
namespace muir::server {

// Whether brokers named by hand may hold a partition: registered, distinct, and (if given) as many as its siblings
// have.
std::optional<ApiError> problem_with_assignment(const ClusterImage& cluster, const std::vector<std::int32_t>& brokers,
                                                std::optional<std::size_t> replication_factor);

// A partition that nobody has written to: its ISR are those of `replicas` that are active, its leader the first of
// these. Nothing if none is active.
std::optional<PartitionRegistration> new_partition(const DecideContext& context, Replicas replicas);

}  // namespace muir::server
