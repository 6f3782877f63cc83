#include "auth/tls/cipher_suites.h"

#include <string_view>

#include <fmt/format.h>
#include <openssl/ssl.h>

namespace muir::auth {
namespace {

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list += name;
}

}  // namespace

TlsResult<CipherSuites> parse_cipher_suites(const std::vector<std::string>& names) {
  CipherSuites suites;
  for (const std::string& name : names) {
    const std::string standard = name.starts_with("SSL_") ? "TLS_" + name.substr(4) : name;
    // The suites of TLS 1.3 name no key exchange: TLS_AES_128_GCM_SHA256.
    const bool is_tls13 = standard.find("_WITH_") == std::string::npos && standard.starts_with("TLS_");
    const std::string_view known = ::OPENSSL_cipher_name(standard.c_str());
    if (known == "(NONE)" || known.empty()) return TlsError{fmt::format("Unsupported CipherSuite: {}", name)};
    append(is_tls13 ? suites.tls13 : suites.tls12, is_tls13 ? std::string_view(standard) : known);
  }
  return suites;
}

}  // namespace muir::auth
