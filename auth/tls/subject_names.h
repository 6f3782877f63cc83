#pragma once

#include <string>
#include <vector>

#include <openssl/x509.h>

namespace muir::auth {

// The subject alternative names of a certificate as Java prints them, `[2, broker.example]`, sorted.
std::vector<std::string> alternative_names(const X509* certificate);

}  // namespace muir::auth
