#include "auth/tls/tls_error.h"

#include <openssl/err.h>

namespace muir::auth {

std::string openssl_reason() {
  const unsigned long code = ::ERR_peek_last_error();
  ::ERR_clear_error();
  const char* reason = ::ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

}  // namespace muir::auth
