#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "server/metadata/topic_name.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"

namespace muir::server {

// A partition as a Fetch names it: by topic id since version 13, by name before.
struct FetchTarget {
  Uuid topic_id;      // Zero when the request goes by names.
  StoredTopic topic;  // Empty while the id resolves to no topic.
  PartitionId partition;

  // An id with an unknown name is the same as that id with a known one, so a name counts only where there is no id.
  friend bool operator==(const FetchTarget& a, const FetchTarget& b) {
    return a.partition == b.partition && a.topic_id == b.topic_id && (!a.topic_id.is_zero() || a.topic == b.topic);
  }
};

// What is wanted of one partition.
struct FetchPartition {
  FetchTarget target;
  Offset fetch_offset{};
  std::int32_t partition_max_bytes = 0;
  Offset log_start_offset = kNoOffset;        // The follower's own; -1 from consumers.
  std::optional<Epoch> current_leader_epoch;  // Nothing: unchecked.
  std::optional<Epoch> last_fetched_epoch;    // Given: the leader looks for divergence (KIP-595).
};

}  // namespace muir::server

template <>
struct std::hash<muir::server::FetchTarget> {
  std::size_t operator()(const muir::server::FetchTarget& target) const noexcept {
    const std::size_t topic = target.topic_id.is_zero() ? std::hash<std::string>{}(target.topic.name)
                                                        : std::hash<muir::Uuid>{}(target.topic_id);
    return topic * 31 + static_cast<std::size_t>(target.partition.value);
  }
};
