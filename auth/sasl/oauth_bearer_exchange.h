#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/sasl/exchange.h"
#include "auth/sasl/jwt.h"

namespace muir::auth {

// n,[a=authzid],^Aauth=Bearer token^A[name=value^A...]^A (RFC 7628).
struct OAuthBearerMessage {
  std::string authorization_id;
  std::string_view token;  // Into the message.
};

// None if the message is not of that form.
std::optional<OAuthBearerMessage> parse_oauth_bearer_message(std::string_view message);

// OAUTHBEARER: the client shows a token that an issuer has signed (RFC 7628, KIP-255, KIP-768).
class OAuthBearerExchange final : public SaslExchange {
 public:
  // What the issuer says of a token, or why it says nothing.
  using Verify = std::function<boost::system::result<JwtClaims, std::string>(std::string_view token)>;

  explicit OAuthBearerExchange(Verify verify) : verify_(std::move(verify)) {}

  SaslStep evaluate(ByteView message) override;

 private:
  enum class Expects : std::uint8_t { token, acknowledgement, nothing };

  const Verify verify_;
  Expects expects_ = Expects::token;
  std::string refusal_;  // For the log, while the client's acknowledgement is expected.
};

}  // namespace muir::auth
