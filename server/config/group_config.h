#pragma once

#include "server/config/broker_config.h"

namespace muir::server {

// What AlterConfigs checks before a group's settings are stored (KIP-848, KIP-932, KIP-1071): `wanted` is the whole of
// what would be.  The broker's group.* keys give what is not set, and the bounds.  Kafka's order and words.
ConfigResult<> validate_group_configs(const ConfigMap& wanted, const BrokerConfig& broker);

// A group's effective settings, every key of group_keys(): its own, bent into the broker's bounds; else the broker's
// synonym; else the default.  What was stored and does not parse is left out.
ConfigMap resolve_group_configs(const ConfigMap& group, const BrokerConfig& broker);

// The same of a subscription to client metrics (KIP-714).  invalid_request for an unknown key or interval.
ConfigResult<> validate_client_metrics_configs(std::string_view subscription, const ConfigMap& wanted);

}  // namespace muir::server
