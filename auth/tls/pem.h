#pragma once

#include "auth/tls/store_contents.h"

namespace muir::auth {

// A key and its certificates as PEM text (KIP-651), PKCS#8 with or without a password.  The base64 may be broken into
// lines, or not at all, as in a properties file.  `key_password` belongs to an encrypted key only.
TlsResult<KeyEntry> read_pem_key(std::string_view certificate_chain, std::string_view key,
                                 const Password& key_password);

// One certificate at least.
TlsResult<std::vector<CertificatePtr>> read_pem_certificates(std::string_view text);

}  // namespace muir::auth
