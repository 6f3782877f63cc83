#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "auth/acl/principal.h"
#include "auth/sasl/exchange.h"
#include "auth/sasl/scram_exchange.h"
#include "server/config/sasl_listener.h"
#include "wire/base/clock.h"
#include "wire/schema/api_key.h"

namespace muir::server {

// How far a connection of a SASL listener has come (KIP-43, KIP-152, KIP-368): ApiVersions, SaslHandshake, then the
// exchange in SaslAuthenticate requests, or in bare frames after a handshake of version 0.  A client may do it again
// before its session ends, by the same mechanism and as the same principal.  Pure; owner: the Session.
class SaslSession {
 public:
  explicit SaslSession(std::shared_ptr<const SaslListenerConfig> config) : config_(std::move(config)) {}

  const SaslListenerConfig& config() const { return *config_; }

  // Why a request with this key may not be served now; empty: it may.
  std::string_view refusal(wire::ApiKey key, Instant now) const;

  // The next frame is a token of the mechanism, without a header.
  bool expects_raw_token() const { return phase_ == Phase::authenticate && !has_headers_; }
  bool expects_token() const { return phase_ == Phase::authenticate; }

  // ApiVersions has been answered with what we speak.
  void versions_told() {
    if (phase_ == Phase::versions_or_handshake) phase_ = Phase::handshake;
  }

  // Whether a SaslHandshake now begins a login, the first or, while the session lasts, another (KIP-368).
  bool takes_handshake(Instant now) const;

  // A handshake for an enabled mechanism, of this version.  The exchange is null where the mechanism must not change:
  // nothing is served any more then.
  void begin(std::string mechanism, std::int16_t version, std::unique_ptr<auth::SaslExchange> exchange, Instant now);

  bool may_change_to(std::string_view mechanism) const { return !principal_ || mechanism_ == mechanism; }

  const std::string& mechanism() const { return mechanism_; }
  std::string_view what() const { return principal_ ? "re-authentication" : "authentication"; }
  auth::SaslExchange& exchange() { return *exchange_; }

  // The delegation token that the client has named, for the exchange to find.
  void set_token(std::string id, auth::TokenCredential token) { token_.emplace(std::move(id), std::move(token)); }
  std::optional<auth::TokenCredential> token(std::string_view id) const {
    return token_ && token_->first == id ? std::optional(token_->second) : std::nullopt;
  }

  // The exchange has proved `principal`.  Returns how long the session lasts in milliseconds, 0 for ever; none if
  // another principal had logged in before.
  std::optional<std::int64_t> complete(const auth::Principal& principal, const Clock& clock);

  // Of the last login.
  const auth::Identity& identity() const { return identity_; }
  const std::optional<auth::Principal>& principal() const { return principal_; }

 private:
  enum class Phase : std::uint8_t { versions_or_handshake, handshake, authenticate, done, mechanism_changed };

  std::shared_ptr<const SaslListenerConfig> config_;
  Phase phase_ = Phase::versions_or_handshake;
  std::string mechanism_;
  bool has_headers_ = false;
  std::unique_ptr<auth::SaslExchange> exchange_;                        // While phase_ is authenticate.
  std::optional<std::pair<std::string, auth::TokenCredential>> token_;  // Secret; while phase_ is authenticate.
  auth::Identity identity_;
  std::optional<auth::Principal> principal_;  // Of the first login.
  std::optional<Instant> expires_at_;
  std::optional<Instant> began_again_at_;
};

}  // namespace muir::server
