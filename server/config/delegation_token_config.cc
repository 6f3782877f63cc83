#include "server/config/delegation_token_config.h"

#include <charconv>
#include <string_view>

#include "wire/base/check.h"

namespace muir::server {
namespace {

std::chrono::milliseconds milliseconds(const BrokerConfig& config, std::string_view key) {
  const auto text = config.value(key);
  CHECK(text);
  std::int64_t number = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
  CHECK(read.ec == std::errc());  // The table has checked it.
  return std::chrono::milliseconds(number);
}

}  // namespace

DelegationTokenConfig delegation_token_config(const BrokerConfig& config) {
  DelegationTokenConfig tokens;
  tokens.secret_key = config.value("delegation.token.secret.key");
  if (tokens.secret_key && tokens.secret_key->empty()) tokens.secret_key.reset();
  tokens.max_lifetime = milliseconds(config, "delegation.token.max.lifetime.ms");
  tokens.expiry_time = milliseconds(config, "delegation.token.expiry.time.ms");
  tokens.expiry_check_interval = milliseconds(config, "delegation.token.expiry.check.interval.ms");
  return tokens;
}

}  // namespace muir::server
