#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>

#include <openssl/ssl.h>

#include "wire/base/clock.h"

namespace muir::auth {

// The keys that session tickets are sealed with.  A new one each period; the one before still opens tickets, which are
// then replaced; an older one is gone for good, and with it whatever a thief of memory could have opened.  Each
// TlsContext has its own: a ticket of one listener, or of a certificate that was replaced, is worth nothing elsewhere.
// Used by handshakes on every shard, hence the mutex: it is held for the copy of a key, never on the data path.
class TicketKeys {
 public:
  static constexpr std::chrono::hours kPeriod{1};

  explicit TicketKeys(const Clock& clock) : clock_(clock) {}

  // From now on `context` asks these; they outlive it.
  void install(SSL_CTX* context);

 private:
  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> secret;
    std::array<unsigned char, 32> mac_secret;
  };

  static int seal_or_open(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                          int is_sealing);
  bool rotate();
  std::optional<Key> current();
  std::optional<Key> find(const unsigned char* name, bool& is_old);

  const Clock& clock_;
  std::mutex mutex_;
  std::optional<Key> current_;
  std::optional<Key> previous_;
  Instant made_{};  // The current one.
};

}  // namespace muir::auth
