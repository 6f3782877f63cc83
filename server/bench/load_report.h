#pragma once

#include <string>

#include "server/bench/load_counts.h"
#include "server/bench/workload.h"

namespace muir::server {

// For a person: what was asked, then a table.
std::string to_text(const Workload& workload, const LoadReport& report);

// For a program: one object on one line; docs/bench.md names its fields.
std::string to_json(const Workload& workload, const LoadReport& report);

}  // namespace muir::server
