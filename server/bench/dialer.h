#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "auth/tls/openssl_handles.h"
#include "server/bench/stream.h"

namespace muir::server {

// Opens connections to brokers as the load test was told: in the clear, or with TLS.  Copies share what they trust.
class Dialer {
 public:
  Dialer() = default;  // In the clear.

  // `authorities`: a PEM file.  A broker has to show a certificate of one of them for the host of its address.
  static BenchResult<Dialer> with_tls(const std::string& authorities);

  bool has_tls() const { return context_ != nullptr; }

  // Each read and write waits `patience` at most, the handshake's too.  `address` is host:port or [host]:port.
  // `session`: of an earlier connection, to be resumed.
  BenchResult<Stream> connect(const std::string& address, std::chrono::seconds patience,
                              SSL_SESSION* session = nullptr) const;

 private:
  std::shared_ptr<SSL_CTX> context_;
};

}  // namespace muir::server
