#include "server/controller/assignment.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muir::server {
namespace {

using wire::ErrorCode;

ApiError refused(std::string message) { return {ErrorCode::INVALID_REPLICA_ASSIGNMENT, std::move(message)}; }

}  // namespace

std::optional<ApiError> problem_with_assignment(const ClusterImage& cluster, const std::vector<std::int32_t>& brokers,
                                                std::optional<std::size_t> replication_factor) {
  if (brokers.empty()) return refused("The manual partition assignment includes an empty replica list.");
  auto sorted = brokers;
  std::sort(sorted.begin(), sorted.end());
  std::optional<std::int32_t> previous;
  for (const auto id : sorted) {
    if (cluster.broker(NodeId{id}) == nullptr) {
      return refused(
          fmt::format("The manual partition assignment includes broker {}, but no such broker is registered.", id));
    }
    if (id == previous)
      return refused(fmt::format("The manual partition assignment includes the broker {} more than once.", id));
    previous = id;
  }
  if (replication_factor && sorted.size() != *replication_factor) {
    return refused(
        fmt::format("The manual partition assignment includes a partition with {} replica(s), but this is "
                    "not consistent with previous partitions, which have {} replica(s).",
                    sorted.size(), *replication_factor));
  }
  return std::nullopt;
}

std::optional<PartitionRegistration> new_partition(const DecideContext& context, Replicas replicas) {
  PartitionRegistration partition;
  partition.replicas = std::move(replicas);
  for (const auto id : partition.replicas) {
    partition.directories.push_back(context.default_dir(id));
    if (context.image().cluster.is_active(id)) partition.isr.push_back(id);
  }
  if (partition.isr.empty()) return std::nullopt;
  partition.leader = partition.isr.front();
  return partition;
}

}  // namespace muir::server
