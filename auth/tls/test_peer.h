#pragma once

#include <memory>
#include <string>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "auth/tls/openssl_handles.h"
#include "auth/tls/stores.h"
#include "auth/tls/test_files.h"
#include "auth/tls/tls_filter.h"

namespace muir::auth {

// For tests: a TLS client of OpenSSL's, in memory, and the wire between it and a TlsFilter.
class TestPeer {
 public:
  struct Options {
    int version = TLS1_3_VERSION;
    bool has_certificate = false;     // The broker's of testdata, which the authority there has issued.
    const char* ciphers12 = nullptr;  // A list in OpenSSL's words.
    SSL_SESSION* session = nullptr;   // To be resumed.
  };

  TestPeer() : TestPeer(Options{}) {}
  explicit TestPeer(const Options& options) : context_(::SSL_CTX_new(::TLS_client_method())) {
    ::SSL_CTX_set_min_proto_version(context_.get(), options.version);
    ::SSL_CTX_set_max_proto_version(context_.get(), options.version);
    ::SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    if (options.ciphers12 != nullptr) ::SSL_CTX_set_cipher_list(context_.get(), options.ciphers12);
    if (options.has_certificate) use_certificate();
    ssl_.reset(::SSL_new(context_.get()));
    ::SSL_set_bio(ssl_.get(), ::BIO_new(::BIO_s_mem()), ::BIO_new(::BIO_s_mem()));
    ::SSL_set_connect_state(ssl_.get());
    if (options.session != nullptr) ::SSL_set_session(ssl_.get(), options.session);
  }

  TestPeer(TestPeer&&) = delete;
  ~TestPeer() { ::SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN); }  // Else its session counts as broken.

  SSL* ssl() { return ssl_.get(); }
  bool is_open() const { return ::SSL_is_init_finished(ssl_.get()) == 1; }

  // What it has for the other side now.
  OwnedBytes take() {
    OwnedBytes bytes(static_cast<std::size_t>(::BIO_ctrl_pending(::SSL_get_wbio(ssl_.get()))));
    if (!bytes.empty()) ::BIO_read(::SSL_get_wbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  void give(ByteView bytes) {
    if (!bytes.empty()) ::BIO_write(::SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  }

  // Goes on with the handshake, and reads what has come.
  std::string step() {
    if (!is_open()) ::SSL_do_handshake(ssl_.get());
    std::string text(20'000, '\0');
    std::string all;
    for (int count; is_open() && (count = ::SSL_read(ssl_.get(), text.data(), static_cast<int>(text.size()))) > 0;)
      all.append(text, 0, static_cast<std::size_t>(count));
    ::ERR_clear_error();
    return all;
  }
  void write(std::string_view text) { ::SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }

  // Handshake between the two, until both are done or `filter` fails.
  Result<> shake_hands(TlsFilter& filter) {
    for (int round = 0; round < 10; ++round) {
      step();
      const OwnedBytes flight = take();
      ByteView in = flight;
      OwnedBytes out;
      if (!filter.is_open()) {
        const auto progress = filter.handshake(in, out);
        give(out);
        step();
        if (!progress) return progress.error();
      }
      if (filter.is_open() && is_open()) return ok();
    }
    return TlsErrc::handshake_failed;
  }

 private:
  void use_certificate() {
    TlsSettings settings;
    settings.keystore = {"JKS", test_path("broker.jks"), kStorePassword, std::nullopt};
    settings.key_password = kKeyPassword;
    const auto store = load_key_store(settings);
    const KeyEntry& entry = (*store)->keys.front();
    ::SSL_CTX_use_certificate(context_.get(), entry.chain.front().get());
    ::SSL_CTX_use_PrivateKey(context_.get(), entry.key.get());
  }

  ContextPtr context_;
  SslPtr ssl_;
};

// The settings of a listener with the broker's key, which trusts the authority.
inline TlsSettings test_settings() {
  TlsSettings settings;
  settings.keystore = {"PKCS12", test_path("broker.p12"), kStorePassword, std::nullopt};
  settings.truststore = {"PKCS12", test_path("trust.p12"), kStorePassword, std::nullopt};
  return settings;
}

}  // namespace muir::auth
