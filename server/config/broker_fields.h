#pragma once

#include "server/config/broker_config.h"
#include "server/config/key_values.h"

namespace muir::server {

// Copies parsed values into the fields of `config`, all but the listeners.  Fails on what is text with a grammar of its
// own: max.connections.per.ip.overrides, the quorum's addresses.
ConfigResult<> read_fields(const KeyValues& values, BrokerConfig& config);

}  // namespace muir::server
