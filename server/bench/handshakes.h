#pragma once

#include <chrono>
#include <cstdint>

#include "server/bench/workload.h"
#include "server/client/dialer.h"

namespace muir::server {

// What a broker's TLS handshakes cost, each on a connection of its own.
struct HandshakeReport {
  std::int64_t handshakes = 0;
  std::int64_t resumed = 0;  // Of these.
  std::chrono::nanoseconds elapsed{0};
  std::chrono::nanoseconds broker_cpu{0};  // By Workload::cpu_of.
};

// As many as the broker does in workload.duration, on workload.connections threads: connect, handshake, close, one
// after the other on each.  One counts when the broker has finished it too, and then closed its side.  `resumes`: each
// asks for the session of the one before it; whether it gets it is the broker's to say.
ClientResult<HandshakeReport> measure_handshakes(const Workload& workload, const Dialer& dialer, bool resumes);

}  // namespace muir::server
