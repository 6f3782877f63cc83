#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/tls/openssl_handles.h"
#include "auth/tls/tls_error.h"
#include "wire/base/bytes.h"

namespace muir::auth {

// A private key, and the certificates that prove it: its own first, then those of its issuers.
struct KeyEntry {
  std::string alias;
  KeyPtr key;
  std::vector<CertificatePtr> chain;
};

// What a key or trust store holds.
struct StoreContents {
  std::vector<KeyEntry> keys;
  // Whom a trust store trusts: certificates stored as trusted, and those of its keys, as Java's PKIX has it.
  std::vector<CertificatePtr> trusted;
};

using Password = std::optional<std::string>;

CertificatePtr parse_certificate(ByteView der);  // Null if it is none.
KeyPtr parse_private_key(ByteView pkcs8);        // Null if it is none.

// An EncryptedPrivateKeyInfo.  Null if the password is wrong or the bytes are not such.
KeyPtr decrypt_private_key(ByteView encrypted_pkcs8, std::string_view password);

}  // namespace muir::auth
