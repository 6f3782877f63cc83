#pragma once

#include <cstdint>
#include <limits>

namespace muir::wire {

// Versions of a message, both ends inclusive, as Kafka advertises them.  Empty when max < min.
struct VersionRange {
  std::int16_t min = 0;
  std::int16_t max = -1;

  constexpr bool contains(std::int16_t version) const { return min <= version && version <= max; }
  constexpr bool empty() const { return max < min; }
  constexpr bool operator==(const VersionRange&) const = default;
};

// First flexible version of a message that has none.
inline constexpr std::int16_t kNeverFlexible = std::numeric_limits<std::int16_t>::max();

}  // namespace muir::wire
