#pragma once

#include <chrono>
#include <string>

#include "server/client/client_error.h"

namespace muir::server {

// The processor time that a process or a group of processes has taken so far, by one of three files of Linux:
// `cpuacct.usage` of a version 1 control group (nanoseconds), `cpu.stat` of a version 2 one (usage_usec), or
// `/proc/PID/stat` (ticks of 10 ms: for long runs only).  Fails when it cannot be read or is none of these.
ClientResult<std::chrono::nanoseconds> read_cpu_usage(const std::string& file);

// The same of the file's text.
ClientResult<std::chrono::nanoseconds> parse_cpu_usage(const std::string& text);

}  // namespace muir::server
