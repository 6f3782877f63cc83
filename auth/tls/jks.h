#pragma once

#include "auth/tls/store_contents.h"

namespace muir::auth {

// Java's own format of key and trust stores, which OpenSSL does not read (docs/formats/jks.md).
inline constexpr std::uint32_t kJksMagic = 0xFEEDFEED;

bool is_jks(ByteView file);

// Without `store_password` the store's integrity is not checked, as Java does with a trust store.  Keys are opened with
// `key_password`; without one they are left out.  A key that does not open fails the whole.
TlsResult<StoreContents> read_jks(ByteView file, const Password& store_password, const Password& key_password);

// Undoes the key protector of JKS: XOR with a row of SHA-1s over password and salt.  Empty if the password is wrong.
OwnedBytes unprotect_jks_key(ByteView protected_key, std::string_view password);

}  // namespace muir::auth
