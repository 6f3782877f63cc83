#pragma once

#include <string>

#include <openssl/x509.h>

namespace muir::auth {

// A certificate's subject as Java's X500Principal.getName() spells it (RFC 2253, with Java's additions): what
// ssl.principal.mapping.rules match and what an ACL names.  `CN=alice,OU=Sales,O=Acme`.
std::string distinguished_name(const X509_NAME* name);

}  // namespace muir::auth
