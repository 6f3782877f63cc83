#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace muir::server {

// What the broker's configuration says of classic groups and committed offsets.  The defaults are Kafka's.
struct GroupSettings {
  std::chrono::milliseconds session_timeout_min{6'000};                    // group.min.session.timeout.ms
  std::chrono::milliseconds session_timeout_max{1'800'000};                // group.max.session.timeout.ms
  std::chrono::milliseconds initial_rebalance_delay{3'000};                // group.initial.rebalance.delay.ms
  std::int32_t group_max_size = std::numeric_limits<std::int32_t>::max();  // group.max.size
  std::chrono::milliseconds new_member_join_timeout{300'000};              // Kafka's constant.
  std::size_t offset_metadata_max = 4'096;                          // offset.metadata.max.bytes: in UTF-16 units.
  std::chrono::milliseconds offsets_retention{7 * 24 * 3'600'000};  // offsets.retention.minutes
  std::chrono::milliseconds retention_check_interval{600'000};      // offsets.retention.check.interval.ms
};

}  // namespace muir::server
