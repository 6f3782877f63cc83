#pragma once

#include <string_view>

#include "server/config/sasl_listener.h"
#include "wire/base/task.h"

namespace muir::server {

struct Services;

// Fetches the keys of the issuer whose tokens a listener takes, if it is time to, or if `token` is signed by one that
// we do not have: an issuer changes its keys now and then.  Waits for the answer, on the pool; a failure leaves the old
// keys and a line in the log.
Task<void> refresh_issuer_keys(Services& services, const SaslListenerConfig::OAuth& oauth, std::string_view token);

}  // namespace muir::server
