#pragma once

#include <optional>
#include <string>
#include <vector>

namespace muir::auth {

// The ssl.* keys of one listener, as text; passwords in the clear, so never log one of these.
struct TlsSettings {
  // ssl.client.auth.  `requested`: a client without a certificate is let in, one with a bad certificate is not.
  enum class ClientAuth { none, requested, required };

  // ssl.keystore.* and ssl.truststore.*: a file, or the PEM text itself.
  struct Store {
    std::string type = "JKS";  // JKS or PKCS12 (either is read as what it is, as Java does), or PEM.
    std::optional<std::string> location;
    std::optional<std::string> password;
    std::optional<std::string> certificates;  // ssl.keystore.certificate.chain, ssl.truststore.certificates
    bool operator==(const Store&) const = default;
  };

  Store keystore;
  std::optional<std::string> key;           // ssl.keystore.key
  std::optional<std::string> key_password;  // ssl.key.password
  Store truststore;
  ClientAuth client_auth = ClientAuth::none;
  std::string protocol = "TLSv1.3";                                     // ssl.protocol
  std::vector<std::string> enabled_protocols = {"TLSv1.2", "TLSv1.3"};  // ssl.enabled.protocols
  std::vector<std::string> cipher_suites;                               // ssl.cipher.suites; empty: our own choice.
  std::string principal_mapping_rules = "DEFAULT";                      // ssl.principal.mapping.rules
  bool allow_dn_changes = false;                                        // ssl.allow.dn.changes
  bool allow_san_changes = false;                                       // ssl.allow.san.changes

  bool operator==(const TlsSettings&) const = default;
};

}  // namespace muir::auth
