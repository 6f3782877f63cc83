#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "server/metadata/delegation_tokens_image.h"
#include "wire/base/bytes.h"

namespace muir::server {

// Finds delegation tokens by what their holders show.  The image has ids only, so each token's HMAC is made once and
// remembered.  Soft state: whatever the image becomes, forward or back, an HMAC stays that of its id (ADR 097).
// Owner: the Controller.
class TokensByHmac {
 public:
  explicit TokensByHmac(std::string secret_key) : secret_key_(std::move(secret_key)) {}

  // The id of the token in `tokens` that has this HMAC; null if there is none.  Good until the next call.
  const std::string* find(const DelegationTokensImage& tokens, ByteView hmac);

 private:
  void learn(const DelegationTokensImage& tokens);

  std::string secret_key_;
  std::unordered_map<std::string, std::string> id_of_hmac_;
  std::unordered_set<std::string> known_ids_;
};

}  // namespace muir::server
