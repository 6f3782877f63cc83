#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "server/client/client_error.h"
#include "server/client/dialer.h"

namespace muir::server {

// Opens `count` connections to one broker, asks for its versions on each, prints `idle COUNT` and holds them.  After
// `duration` each must still be open.  What they cost the broker is to be read from its side, before and after.
ClientResult<> hold_idle_connections(const std::string& address, const Dialer& dialer, std::int32_t count,
                                     std::chrono::milliseconds duration);

}  // namespace muir::server
