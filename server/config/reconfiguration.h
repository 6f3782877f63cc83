#pragma once

#include "server/config/broker_config.h"

namespace muir::server {

// Whether a running broker with `current` settings could go over to `next`: what Kafka's running parts check beyond the
// values themselves (pools grow and shrink by a factor of two at most), in its order and words.  Listeners cannot
// change while this version runs.  The kind is invalid_request.
ConfigResult<> check_reconfiguration(const BrokerConfig& current, const BrokerConfig& next);

// In Kafka's words why new key or trust stores are refused; `exception` is the class that says so there.
ConfigError refuse_stores(std::string_view exception, const ConfigError& why);

}  // namespace muir::server
