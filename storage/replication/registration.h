#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "wire/base/ids.h"

namespace muir::storage {

// What the metadata log says about one partition: the controller's decision, which replicas only carry out.
struct PartitionRegistration {
  NodeId leader = kNoNode;
  Epoch leader_epoch = kNoEpoch;     // Grows with every election.
  std::int32_t partition_epoch = 0;  // Grows with every change, elections included.
  std::vector<NodeId> replicas;
  std::vector<NodeId> isr;
  std::vector<NodeId> adding_replicas;  // Both empty unless a reassignment is going on.
  std::vector<NodeId> removing_replicas;
};

// What the newest metadata says about brokers.  A follower may join the ISR only while the controller would agree.
// Owner: whoever holds the metadata image; asked on the partition's shard.
class BrokerLiveness {
 public:
  virtual ~BrokerLiveness() = default;
  // The broker's epoch (KIP-704), or nothing if it is unknown or fenced.
  virtual std::optional<std::int64_t> alive_broker_epoch(NodeId broker) const = 0;
  virtual bool is_shutting_down(NodeId broker) const = 0;
};

inline constexpr std::int64_t kAnyBrokerEpoch = -1;  // Of a broker that sends none: never checked.

}  // namespace muir::storage
