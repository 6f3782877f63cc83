#include "auth/sasl/scram_exchange.h"

#include <utility>

#include <fmt/format.h>

#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

constexpr std::size_t kNonceBytes = 24;

}  // namespace

ScramExchange::ScramExchange(ScramMechanism mechanism, ScramLookup lookup, std::string server_nonce)
    : mechanism_(mechanism), lookup_(std::move(lookup)), server_nonce_(std::move(server_nonce)) {}

std::string ScramExchange::fresh_nonce() { return wire::to_base64(random_bytes(kNonceBytes)); }

SaslStep ScramExchange::evaluate(ByteView message) {
  switch (std::exchange(expects_, Expects::nothing)) {
    case Expects::client_first:
      return client_first(as_text(message));
    case Expects::client_final:
      return client_final(as_text(message));
    default:
      return SaslStep::failure("the exchange is over");
  }
}

// The same is done for a user who is known as for one who is not, so that the time says nothing.
void ScramExchange::look_up() {
  ScramFound found{lookup_.made_up(first_.user), false};
  identity_ = {first_.user, std::nullopt, first_.is_token_authenticated};
  if (!first_.is_token_authenticated) {
    ScramFound user = lookup_.user(first_.user);
    if (user.is_of_user) found = std::move(user);
  } else if (auto token = lookup_.token ? lookup_.token(first_.user) : std::nullopt) {
    found = {std::move(token->credential), true};
    identity_.authorization_id = std::move(token->owner);
    identity_.expires_at_ms = token->expires_at_ms;
  }
  is_known_ = found.is_of_user;
  credential_ = std::move(found.credential);
}

SaslStep ScramExchange::client_first(std::string_view message) {
  auto first = parse_scram_client_first(message);
  if (!first) return SaslStep::failure("the client-first message is malformed");
  first_ = std::move(*first);
  // Before anything is looked up: the answer must not depend on whether there is such a user.
  if (!first_.authorization_id.empty() && first_.authorization_id != first_.user)
    return SaslStep::told_failure(
        "Authentication failed: Client requested an authorization id that is different from username");
  look_up();
  if (credential_.iterations < kScramIterationsMin) return SaslStep::failure("the credential has too few iterations");
  server_first_ = fmt::format("r={}{},s={},i={}", first_.nonce, server_nonce_, wire::to_base64(credential_.salt),
                              credential_.iterations);
  expects_ = Expects::client_final;
  return SaslStep::challenge(server_first_);
}

// ClientKey = ClientProof xor HMAC(StoredKey, AuthMessage), and its hash is the StoredKey.
bool ScramExchange::proves(const ScramClientFinal& final, std::string_view auth_message) const {
  const Digest digest = digest_of(mechanism_);
  OwnedBytes client_key = hmac(digest, credential_.stored_key, as_bytes(auth_message));
  const bool is_long_enough = final.proof.size() == client_key.size();
  for (std::size_t i = 0; is_long_enough && i < client_key.size(); ++i) client_key[i] ^= final.proof[i];
  const bool matches = equal_in_constant_time(hash(digest, client_key), credential_.stored_key);
  wipe(client_key);
  return matches && is_long_enough && is_known_;
}

SaslStep ScramExchange::client_final(std::string_view message) {
  const auto final = parse_scram_client_final(message);
  if (!final) return SaslStep::failure("the client-final message is malformed");
  // Else a proof that somebody overheard could be used again (CVE-2024-56128).
  if (final->nonce != first_.nonce + server_nonce_) return SaslStep::failure("the nonce is not ours");
  if (as_text(final->channel_binding) != first_.gs2_header)
    return SaslStep::failure("the channel binding is not that of the first message");
  const std::string auth_message = fmt::format("{},{},{}", first_.bare, server_first_, final->without_proof);
  if (!proves(*final, auth_message))
    return SaslStep::failure(is_known_ ? "the proof is wrong" : "there is no such credential");
  const OwnedBytes signature = hmac(digest_of(mechanism_), credential_.server_key, as_bytes(auth_message));
  return SaslStep::success("v=" + wire::to_base64(signature));
}

}  // namespace muir::auth
