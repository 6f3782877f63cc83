#pragma once

#include "server/config/broker_config.h"
#include "server/config/key_values.h"

namespace muir::server {

// The rules between keys: Kafka's order and words ("requirement failed: " is part of them).  `warnings` gets what Kafka
// only logs.
ConfigResult<> check_combinations(const KeyValues& values, const BrokerConfig& config,
                                  std::vector<std::string>& warnings);

// log.retention.ms, .minutes or .hours; any negative one is "for ever", -1.  log.roll and its jitter likewise.
std::int64_t effective_retention_ms(const KeyValues& values);
std::int64_t effective_roll_ms(const KeyValues& values);
std::int64_t effective_roll_jitter_ms(const KeyValues& values);

}  // namespace muir::server
