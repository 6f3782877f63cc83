#pragma once

#include <string_view>

#include "server/config/broker_config.h"

namespace muir::server {

// The one value of authorizer.class.name that is honoured; others are Java classes.
inline constexpr std::string_view kStandardAuthorizer = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";

// Reads authorizer.class.name, and what StandardAuthorizer reads of the same file.  Fails on an entry of super.users
// that is no principal.
ConfigResult<> read_authorizer(const ConfigMap& effective, BrokerConfig& config);

}  // namespace muir::server
