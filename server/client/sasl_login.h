#pragma once

#include "server/client/client_config.h"

namespace muir::server {

class BrokerClient;

// Says to the broker who we are, and, by SCRAM, has the broker show that it knows us.  The error is the broker's own
// sentence where there is one.
ClientResult<> log_in(BrokerClient& client, const ClientConfig::Login& login);

}  // namespace muir::server
