#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "server/config/broker_config.h"

namespace muir::server {

// Delegation tokens (KIP-48), as delegation.token.* set them.  They cannot change while the broker runs.
struct DelegationTokenConfig {
  // delegation.token.secret.key; all nodes have the same.  None: there are no tokens.  Secret.
  std::optional<std::string> secret_key;
  std::chrono::milliseconds max_lifetime{7 * 24 * 3'600'000};
  std::chrono::milliseconds expiry_time{24 * 3'600'000};       // Until a token must have been renewed.
  std::chrono::milliseconds expiry_check_interval{3'600'000};  // Between two looks for tokens that have ended.
};

DelegationTokenConfig delegation_token_config(const BrokerConfig& config);

}  // namespace muir::server
