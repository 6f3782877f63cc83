#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "server/bench/workload.h"
#include "server/client/client_error.h"

namespace muir::server {

// How long a broker takes from its exec to the first record that it acknowledges.
struct StartUp {
  std::chrono::nanoseconds to_connection{0};       // The port accepts.
  std::chrono::nanoseconds to_acknowledgement{0};  // With a topic created in between where the workload asks for it.
};

// Runs `command`, a broker at workload.bootstrap, connects as soon as that is possible, produces one record, and stops
// the broker by SIGTERM.  Fails when the port is in use before, and when there is no acknowledgement in a minute.
ClientResult<StartUp> measure_start_up(const std::vector<std::string>& command, const Workload& workload);

}  // namespace muir::server
