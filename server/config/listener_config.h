#pragma once

#include "server/config/broker_config.h"
#include "server/config/key_values.h"

namespace muir::server {

// Fills the listener fields of `config`: which endpoint is whose, what is advertised, how brokers reach each other.
// `protocol_map_given`: whether somebody set listener.security.protocol.map, which ends Kafka's guessing.
ConfigResult<> read_listeners(const KeyValues& values, bool protocol_map_given, bool inter_broker_protocol_given,
                              BrokerConfig& config);

// Fills max_connections_of_listener, and checks every listener.name.*.<key> by the row of <key>.
ConfigResult<> read_listener_overrides(const ConfigMap& effective, BrokerConfig& config);

}  // namespace muir::server
