#pragma once

#include "server/config/broker_config.h"

namespace muir::server {

// What a broker checks of an AlterConfigs on BROKER before the controller stores it: `wanted` is all that would be
// stored for this broker (or, with `for_this_broker` false, for every broker).  Unknown keys are stored, as Kafka does.
// Kafka's order and words; the kind is invalid_request.
ConfigResult<> validate_broker_configs(const BrokerConfig& config, const ConfigMap& wanted, bool for_this_broker);

// What of a stored dynamic layer takes effect: without values that do not parse, keys that cannot change dynamically,
// and (with `for_this_broker` false) keys that only one broker can have.  A line in `warnings` for each that is left
// out.
ConfigMap keep_what_is_allowed(ConfigMap stored, bool for_this_broker, std::vector<std::string>& warnings);

}  // namespace muir::server
