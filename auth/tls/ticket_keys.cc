#include "auth/tls/ticket_keys.h"

#include <algorithm>
#include <cstring>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace muir::auth {
namespace {

constexpr int kFailed = -1, kUnknown = 0, kGood = 1, kGoodButOld = 2;  // What OpenSSL's callback answers.

int index_of_keys() {
  static const int index = ::SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

bool set_mac(EVP_MAC_CTX* mac, std::array<unsigned char, 32>& secret) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {::OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret.data(), secret.size()),
                               ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               ::OSSL_PARAM_construct_end()};
  return ::EVP_MAC_CTX_set_params(mac, params) == 1;
}

}  // namespace

void TicketKeys::install(SSL_CTX* context) {
  ::SSL_CTX_set_ex_data(context, index_of_keys(), this);
  ::SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &TicketKeys::seal_or_open);
}

// Under the mutex.  False when there is no randomness.
bool TicketKeys::rotate() {
  const Instant now = clock_.now();
  if (current_ && now - made_ < kPeriod) return true;
  Key fresh;
  if (::RAND_bytes(fresh.name.data(), static_cast<int>(fresh.name.size())) != 1) return false;
  if (::RAND_priv_bytes(fresh.secret.data(), static_cast<int>(fresh.secret.size())) != 1) return false;
  if (::RAND_priv_bytes(fresh.mac_secret.data(), static_cast<int>(fresh.mac_secret.size())) != 1) return false;
  if (previous_) ::OPENSSL_cleanse(&*previous_, sizeof *previous_);
  previous_ = now - made_ < 2 * kPeriod ? current_ : std::nullopt;
  current_ = fresh;
  made_ = now;
  return true;
}

std::optional<TicketKeys::Key> TicketKeys::current() {
  const std::lock_guard lock(mutex_);
  if (!rotate()) return std::nullopt;
  return current_;
}

std::optional<TicketKeys::Key> TicketKeys::find(const unsigned char* name, bool& is_old) {
  const std::lock_guard lock(mutex_);
  if (!rotate()) return std::nullopt;
  const auto is_named = [name](const std::optional<Key>& key) {
    return key && std::memcmp(key->name.data(), name, key->name.size()) == 0;
  };
  is_old = is_named(previous_);
  if (is_old) return previous_;
  return is_named(current_) ? current_ : std::nullopt;
}

int TicketKeys::seal_or_open(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                             int is_sealing) {
  auto* const keys = static_cast<TicketKeys*>(::SSL_CTX_get_ex_data(::SSL_get_SSL_CTX(ssl), index_of_keys()));
  bool is_old = false;
  auto key = is_sealing != 0 ? keys->current() : keys->find(name, is_old);
  if (!key) return is_sealing != 0 ? kFailed : kUnknown;
  if (is_sealing != 0) {
    std::ranges::copy(key->name, name);
    if (::RAND_bytes(iv, ::EVP_CIPHER_get_iv_length(::EVP_aes_256_cbc())) != 1) return kFailed;
  }
  const bool is_set =
      ::EVP_CipherInit_ex(cipher, ::EVP_aes_256_cbc(), nullptr, key->secret.data(), iv, is_sealing) == 1 &&
      set_mac(mac, key->mac_secret);
  ::OPENSSL_cleanse(&*key, sizeof *key);
  if (!is_set) return kFailed;
  return is_old ? kGoodButOld : kGood;
}

}  // namespace muir::auth
