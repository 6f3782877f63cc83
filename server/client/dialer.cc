#include "server/client/dialer.h"

#include <csignal>

#include <openssl/err.h>

#include "auth/tls/stores.h"
#include "auth/tls/tls_error.h"

namespace muir::server {
namespace {

std::string host_of(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host;
}

// As in Java: a certificate that stands in the store is trusted itself; without a store those of the system are.
ClientResult<> set_trust(SSL_CTX* context, const auth::TlsSettings& settings) {
  const auto store = auth::load_trust_store(settings);
  if (!store) return client_error(store.error().message);
  if (!*store) {
    ::SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  X509_STORE* const trusted = ::SSL_CTX_get_cert_store(context);
  ::X509_STORE_set_flags(trusted, X509_V_FLAG_PARTIAL_CHAIN);
  for (const auto& certificate : (*store)->trusted) ::X509_STORE_add_cert(trusted, certificate.get());
  ::ERR_clear_error();
  return {};
}

// The first key of the store, if there is one.
ClientResult<> set_key(SSL_CTX* context, const auth::TlsSettings& settings) {
  const auto store = auth::load_key_store(settings);
  if (!store) return client_error(store.error().message);
  if (!*store) return {};
  const auth::KeyEntry& entry = (*store)->keys.front();
  if (entry.chain.empty()) return client_error("the key '" + entry.alias + "' has no certificate");
  bool is_usable = ::SSL_CTX_use_cert_and_key(context, entry.chain.front().get(), entry.key.get(), nullptr, 1) == 1;
  for (std::size_t i = 1; i < entry.chain.size() && is_usable; ++i)
    is_usable = ::SSL_CTX_add1_chain_cert(context, entry.chain[i].get()) == 1;
  if (!is_usable) return client_error("the key '" + entry.alias + "' cannot be used: " + auth::openssl_reason());
  return {};
}

ClientResult<auth::ContextPtr> make_context(const auth::TlsSettings& settings) {
  auth::ContextPtr context(::SSL_CTX_new(::TLS_client_method()));
  if (!context) return client_error("no memory for TLS");
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const auto trusts = set_trust(context.get(), settings);
  if (!trusts) return trusts.error();
  const auto has_key = set_key(context.get(), settings);
  if (!has_key) return has_key.error();
  return context;
}

ClientResult<auth::SslPtr> shake_hands(SSL_CTX* context, bool checks_host, const Socket& socket,
                                       const std::string& address, SSL_SESSION* session) {
  auth::SslPtr tls(::SSL_new(context));
  if (!tls) return client_error("no memory for TLS");
  const std::string host = host_of(address);
  X509_VERIFY_PARAM* const wanted = ::SSL_get0_param(tls.get());
  const bool is_ip = ::X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1;
  if (is_ip && !checks_host) ::X509_VERIFY_PARAM_set1_ip(wanted, nullptr, 0);
  if (!is_ip) ::SSL_set_tlsext_host_name(tls.get(), host.c_str());
  if (!is_ip && checks_host) ::SSL_set1_host(tls.get(), host.c_str());
  if (session != nullptr) ::SSL_set_session(tls.get(), session);
  ::SSL_set_fd(tls.get(), socket.fd());
  if (::SSL_connect(tls.get()) == 1) return tls;
  const long verdict = ::SSL_get_verify_result(tls.get());
  const std::string why = verdict == X509_V_OK ? auth::openssl_reason() : ::X509_verify_cert_error_string(verdict);
  return client_error("no TLS with " + address + ": " + why);
}

}  // namespace

ClientResult<Dialer> Dialer::create(const ClientConfig& config) {
  auto shared = std::make_shared<Shared>();
  shared->checks_host = config.checks_host;
  shared->login = config.login;
  if (config.has_tls) {
    auto context = make_context(config.tls);
    if (!context) return context.error();
    shared->context = std::move(*context);
    // OpenSSL writes without MSG_NOSIGNAL; a broker that has gone is an error, not an end.
    std::signal(SIGPIPE, SIG_IGN);
  }
  Dialer dialer;
  dialer.shared_ = std::move(shared);
  return dialer;
}

ClientResult<Dialer> Dialer::from_file(const std::string& command_config) {
  if (command_config.empty()) return Dialer();
  const auto config = read_client_config(command_config);
  if (!config) return config.error();
  return create(*config);
}

ClientResult<Stream> Dialer::connect(const std::string& address, std::chrono::seconds patience,
                                     SSL_SESSION* session) const {
  auto socket = connect_to(address, patience);
  if (!socket) return socket.error();
  if (!has_tls()) return Stream(std::move(*socket), nullptr);
  auto tls = shake_hands(shared_->context.get(), shared_->checks_host, *socket, address, session);
  if (!tls) return tls.error();
  return Stream(std::move(*socket), std::move(*tls));
}

}  // namespace muir::server
