#include "server/bench/dialer.h"

#include <csignal>

#include "auth/tls/tls_error.h"

namespace muir::server {
namespace {

std::string host_of(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host;
}

BenchResult<auth::SslPtr> shake_hands(SSL_CTX* context, const Socket& socket, const std::string& address,
                                      SSL_SESSION* session) {
  auth::SslPtr tls(::SSL_new(context));
  if (!tls) return bench_error("no memory for TLS");
  const std::string host = host_of(address);
  const bool is_ip = ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(tls.get()), host.c_str()) == 1;
  if (!is_ip) {
    ::SSL_set1_host(tls.get(), host.c_str());
    ::SSL_set_tlsext_host_name(tls.get(), host.c_str());
  }
  if (session != nullptr) ::SSL_set_session(tls.get(), session);
  ::SSL_set_fd(tls.get(), socket.fd());
  if (::SSL_connect(tls.get()) == 1) return tls;
  const long verdict = ::SSL_get_verify_result(tls.get());
  const std::string why = verdict == X509_V_OK ? auth::openssl_reason() : ::X509_verify_cert_error_string(verdict);
  return bench_error("no TLS with " + address + ": " + why);
}

}  // namespace

BenchResult<Dialer> Dialer::with_tls(const std::string& authorities) {
  Dialer dialer;
  dialer.context_.reset(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free);
  SSL_CTX* context = dialer.context_.get();
  if (context == nullptr || ::SSL_CTX_load_verify_file(context, authorities.c_str()) != 1) {
    return bench_error("no certificates can be read from " + authorities + ": " + auth::openssl_reason());
  }
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // OpenSSL writes without MSG_NOSIGNAL; a broker that has gone is an error, not an end.
  std::signal(SIGPIPE, SIG_IGN);
  return dialer;
}

BenchResult<Stream> Dialer::connect(const std::string& address, std::chrono::seconds patience,
                                    SSL_SESSION* session) const {
  auto socket = connect_to(address, patience);
  if (!socket) return socket.error();
  if (!context_) return Stream(std::move(*socket), nullptr);
  auto tls = shake_hands(context_.get(), *socket, address, session);
  if (!tls) return tls.error();
  return Stream(std::move(*socket), std::move(*tls));
}

}  // namespace muir::server
