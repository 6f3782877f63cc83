#pragma once

#include "server/config/config_value.h"

namespace muir::server {

// Whether a parsed value of `key` satisfies its rule; the error is Kafka's, word for word.
ConfigResult<> check_rule(const ConfigKey& key, const ConfigValue& value);

}  // namespace muir::server
