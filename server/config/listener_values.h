#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/config/broker_config.h"

namespace muir::server {

// What a key is for one listener: `listener.name.<listener in lower case>.<key>` where that is set, in whichever layer,
// else the key itself, as Kafka has it.  Null when it is null.  Passwords come in the clear.
std::optional<std::string> listener_value(const BrokerConfig& config, std::string_view listener, std::string_view key);

// Whether the listener has a setting of its own.
bool has_own_value(const BrokerConfig& config, std::string_view listener, std::string_view key);

}  // namespace muir::server
