#pragma once

#include <string>
#include <utility>

#include <boost/system/result.hpp>

namespace muir::server {

// Why a command of ours that speaks to a broker cannot begin or go on, as a sentence for the person at the terminal: it
// names the address, the request or the value.
struct ClientError {
  std::string message;
};

template <class T = void>
class [[nodiscard]] ClientResult : public boost::system::result<T, ClientError> {
 public:
  using boost::system::result<T, ClientError>::result;
};

inline ClientError client_error(std::string message) { return {std::move(message)}; }

// "what: why" with the last errno.
ClientError client_system_error(std::string what);

}  // namespace muir::server
