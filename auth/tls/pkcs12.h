#pragma once

#include "auth/tls/store_contents.h"

namespace muir::auth {

// A PKCS#12 store, as keytool and openssl write it, old ciphers too.  Keys are opened with `key_password`; without one
// they are left out.  Trusted are, as in Java, certificates that keytool marked so, and those of keys.
TlsResult<StoreContents> read_pkcs12(ByteView file, const Password& store_password, const Password& key_password);

}  // namespace muir::auth
