#pragma once

#include <string>
#include <vector>

#include "auth/tls/tls_error.h"

namespace muir::auth {

// ssl.cipher.suites in OpenSSL's words, which knows the suites of TLS 1.3 and the others by two lists.
struct CipherSuites {
  std::string tls13;  // Colon separated; empty: none.
  std::string tls12;
};

// Names are Java's, which are IANA's; of the old `SSL_...` spellings too.  Fails on a name that neither knows.
TlsResult<CipherSuites> parse_cipher_suites(const std::vector<std::string>& names);

}  // namespace muir::auth
