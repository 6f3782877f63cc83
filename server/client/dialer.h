#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "auth/tls/openssl_handles.h"
#include "server/client/client_config.h"
#include "server/client/stream.h"

namespace muir::server {

// Opens connections to brokers as it was told: in the clear, or with TLS.  Copies share what they trust.
class Dialer {
 public:
  Dialer() = default;  // In the clear, without a login.

  // Reads the stores that the settings name.
  static ClientResult<Dialer> create(const ClientConfig& config);

  // The same from a file for Kafka's tools; in the clear without one.
  static ClientResult<Dialer> from_file(const std::string& command_config);

  bool has_tls() const { return shared_ && shared_->context; }

  // What BrokerClient says once it is connected; null: nothing.
  const ClientConfig::Login* login() const { return shared_ && shared_->login ? &*shared_->login : nullptr; }

  // Each read and write waits `patience` at most, the handshake's too.  `address` is host:port or [host]:port.
  // `session`: of an earlier connection, to be resumed.
  ClientResult<Stream> connect(const std::string& address, std::chrono::seconds patience,
                               SSL_SESSION* session = nullptr) const;

 private:
  struct Shared {
    auth::ContextPtr context;  // Null: in the clear.
    bool checks_host = true;
    std::optional<ClientConfig::Login> login;
  };
  std::shared_ptr<const Shared> shared_;
};

}  // namespace muir::server
