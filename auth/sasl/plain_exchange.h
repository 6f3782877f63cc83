#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "auth/sasl/exchange.h"

namespace muir::auth {

// Passwords by user: the user_<name> options of a PlainLoginModule.  Secret.
using PlainUsers = std::map<std::string, std::string, std::less<>>;

// PLAIN: the client says its name and its password (RFC 4616).  For listeners with TLS.
class PlainExchange final : public SaslExchange {
 public:
  // `users` outlives the exchange.
  explicit PlainExchange(const PlainUsers& users) : users_(users) {}

  SaslStep evaluate(ByteView message) override;

 private:
  const PlainUsers& users_;
  bool is_over_ = false;
};

}  // namespace muir::auth
