#include "server/bench/bench_error.h"

#include "wire/base/result.h"

namespace muir::server {

BenchError bench_system_error(std::string what) {
  return bench_error(std::move(what) + ": " + last_system_error().message());
}

}  // namespace muir::server
