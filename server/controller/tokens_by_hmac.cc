#include "server/controller/tokens_by_hmac.h"

#include "auth/sasl/delegation_token.h"

namespace muir::server {
namespace {

// How many tokens that are gone may be remembered, beside as many as there are.
constexpr std::size_t kGoneMax = 1024;

}  // namespace

void TokensByHmac::learn(const DelegationTokensImage& tokens) {
  if (id_of_hmac_.size() > 2 * tokens.all().size() + kGoneMax) {
    id_of_hmac_.clear();
    known_ids_.clear();
  }
  for (const auto& [id, token] : tokens.all()) {
    if (!known_ids_.insert(id).second) continue;
    id_of_hmac_.emplace(std::string(as_text(auth::token_hmac(secret_key_, id))), id);
  }
}

const std::string* TokensByHmac::find(const DelegationTokensImage& tokens, ByteView hmac) {
  const std::string key(as_text(hmac));
  auto found = id_of_hmac_.find(key);
  if (found == id_of_hmac_.end()) {
    learn(tokens);
    found = id_of_hmac_.find(key);
  }
  return found == id_of_hmac_.end() || !tokens.all().contains(found->second) ? nullptr : &found->second;
}

}  // namespace muir::server
