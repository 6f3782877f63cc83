#pragma once

#include <string>

#include <boost/system/result.hpp>

namespace muir::auth {

// Why a store, a rule or a setting of TLS is refused: a sentence for the operator.  It names files and aliases, never a
// password.
struct TlsError {
  std::string message;
};

template <class T = void>
class [[nodiscard]] TlsResult : public boost::system::result<T, TlsError> {
 public:
  using boost::system::result<T, TlsError>::result;
};

// The last reason on OpenSSL's queue of this thread, "unknown reason" if there is none; the queue is empty afterwards.
std::string openssl_reason();

}  // namespace muir::auth
