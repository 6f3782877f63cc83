#include "server/handlers/sasl_session.h"

#include <algorithm>
#include <utility>

namespace muir::server {
namespace {

using wire::ApiKey;

// Who logs in again more often than this is answered as one who must not.
constexpr std::chrono::seconds kReauthenticationMin{1};

}  // namespace

std::string_view SaslSession::refusal(ApiKey key, Instant now) const {
  switch (phase_) {
    case Phase::versions_or_handshake:
      if (key == ApiKey::API_VERSIONS || key == ApiKey::SASL_HANDSHAKE) return {};
      return "connection is not authenticated";
    case Phase::handshake:
      return key == ApiKey::SASL_HANDSHAKE ? std::string_view() : "connection is not authenticated";
    case Phase::authenticate:
      // All but the first are answered with an error.
      if (key == ApiKey::SASL_AUTHENTICATE || key == ApiKey::SASL_HANDSHAKE || key == ApiKey::API_VERSIONS) return {};
      return "SASL authentication is under way";
    case Phase::mechanism_changed:
      return "the SASL mechanism must not change in a re-authentication";
    case Phase::done:
      if (key == ApiKey::SASL_HANDSHAKE || !expires_at_ || now < *expires_at_) return {};
      return "the SASL session has expired";
  }
  return "connection is in no known state";
}

bool SaslSession::takes_handshake(Instant now) const {
  if (phase_ == Phase::versions_or_handshake || phase_ == Phase::handshake) return true;
  if (phase_ != Phase::done || !expires_at_) return false;
  return !began_again_at_ || now - *began_again_at_ >= kReauthenticationMin;
}

void SaslSession::begin(std::string mechanism, std::int16_t version, std::unique_ptr<auth::SaslExchange> exchange,
                        Instant now) {
  if (principal_) began_again_at_ = now;
  if (exchange == nullptr) {
    phase_ = Phase::mechanism_changed;
    return;
  }
  mechanism_ = std::move(mechanism);
  has_headers_ = version >= 1;
  exchange_ = std::move(exchange);
  phase_ = Phase::authenticate;
}

std::optional<std::int64_t> SaslSession::complete(const auth::Principal& principal, const Clock& clock) {
  if (principal_ && *principal_ != principal) return std::nullopt;
  principal_ = principal;
  identity_ = exchange_->identity();
  exchange_.reset();
  token_.reset();
  phase_ = Phase::done;
  const std::int64_t max_reauth = config_->find(mechanism_)->max_reauth.count();
  expires_at_.reset();
  if (!identity_.expires_at_ms && max_reauth <= 0) return 0;
  std::int64_t lifetime = max_reauth;
  if (identity_.expires_at_ms) {
    const std::int64_t left = *identity_.expires_at_ms - clock.wall_ms();
    lifetime = max_reauth > 0 ? std::min(left, max_reauth) : left;
  }
  lifetime = std::max<std::int64_t>(lifetime, 0);
  // Farther than a clock can tell is for ever.
  constexpr std::int64_t kLifetimeMax = std::int64_t{1} << 42;
  expires_at_ = clock.now() + std::chrono::milliseconds(std::min(lifetime, kLifetimeMax));
  return lifetime;
}

}  // namespace muir::server
