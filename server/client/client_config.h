#pragma once

#include <optional>
#include <string>

#include "auth/tls/tls_settings.h"
#include "server/client/client_error.h"

namespace muir::server {

// How a command of ours reaches a broker: what security settings stand in a file for Kafka's own tools
// (`--command-config`); its other settings are not looked at.  Secret.
struct ClientConfig {
  struct Login {
    std::string mechanism;  // PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.
    std::string user;
    std::string password;
  };

  bool has_tls = false;
  bool checks_host = true;  // Unless ssl.endpoint.identification.algorithm is empty.
  auth::TlsSettings tls;
  std::optional<Login> login;
};

// Fails with a sentence that shows no secret.
ClientResult<ClientConfig> read_client_config(const std::string& file);

}  // namespace muir::server
