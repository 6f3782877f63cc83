#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "auth/sasl/json_web_keys.h"

namespace muir::auth {

// What a token must say (RFC 7519), as Kafka's BrokerJwtValidator asks.
struct JwtRules {
  std::vector<std::string> audiences;  // One of them.  None: the token must name none.
  std::optional<std::string> issuer;
  std::string subject_claim = "sub";
  std::string scope_claim = "scope";
  std::chrono::seconds clock_skew{30};
};

struct JwtClaims {
  std::int64_t expires_at_ms = 0;
  std::string subject;
};

// A token is never longer: a request before the login is bounded, and a header that long is an attack.
inline constexpr std::size_t kJwtBytesMax = 32 * 1024;

// The claims of a token that one of `keys` has signed and that satisfies the rules at `now_ms`; else a reason for the
// log, which shows nothing of the token.
boost::system::result<JwtClaims, std::string> verify_jwt(std::string_view token, const JsonWebKeys& keys,
                                                         const JwtRules& rules, std::int64_t now_ms);

// The key id of a token's header, unverified: to see whether the issuer has got new keys.  Empty if there is none.
std::string jwt_key_id(std::string_view token);

}  // namespace muir::auth
