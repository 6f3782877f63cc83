#pragma once

#include <string>
#include <utility>

#include <boost/system/result.hpp>

namespace muir::server {

// Why a load test could not begin or go on, as a sentence for the person at the terminal: it names the address, the
// request or the value.
struct BenchError {
  std::string message;
};

template <class T = void>
class [[nodiscard]] BenchResult : public boost::system::result<T, BenchError> {
 public:
  using boost::system::result<T, BenchError>::result;
};

inline BenchError bench_error(std::string message) { return {std::move(message)}; }

// "what: why" with the last errno.
BenchError bench_system_error(std::string what);

}  // namespace muir::server
