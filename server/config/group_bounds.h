#pragma once

#include <span>
#include <string_view>

#include "server/config/key_values.h"

namespace muir::server {

// `low <= high` (or `<`) between two INT keys, and Kafka's sentence when it is broken.
struct GroupBound {
  std::string_view low;
  std::string_view high;
  bool strict = false;    // low < high.
  bool low_first = true;  // The sentence begins with `low`: "low must be less than or equal to high".
};

// The rules that bind the broker's group.* keys, in Kafka's order.
ConfigResult<> check_group_bounds(const KeyValues& values);

// group.*.assignment.interval.ms can change while their bounds cannot: brings what was stored into the bounds of now,
// as a broker does when it starts.
void clamp_assignment_intervals(ConfigMap& config);

}  // namespace muir::server
