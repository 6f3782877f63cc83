#pragma once

#include <cstdint>
#include <vector>

#include "server/fetching/fetch_wait.h"
#include "server/fetching/fetched_partition.h"
#include "server/replica/hosted_replicas.h"

namespace muir::server {

// A partition of a fetch in progress.
struct FetchItem {
  FetchPartition wanted;
  PartitionKey key;
  FetchedPartition answer;
  bool is_stale = true;  // Not read yet, or it has moved since.
};

// What holds for every round of one fetch.
struct FetchPlan {
  HostedReplicas* replicas;
  FetchReader reader;
  std::uint64_t bytes_max;
};

// Reads the stale items, each at its home and all shards at once; `first_round` is the one that a follower's progress
// is taken from.  Within a shard, and over all in the end, the limits are Kafka's: in order, until `bytes_max` is used
// up, and the first batch of the first partition that has any whatever its size (KIP-74).
Task<void> read_stale(const FetchPlan& plan, std::vector<FetchItem>& items, bool first_round);

// Waits until an item may have moved (and marks it stale), false at the deadline.  Begins where the last round ended:
// what moved between a read and this call counts.
Task<bool> await_moves(const FetchPlan& plan, std::vector<FetchItem>& items, FetchWait& wait, Instant deadline);

}  // namespace muir::server
