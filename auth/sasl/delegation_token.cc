#include "auth/sasl/delegation_token.h"

#include <string>
#include <utility>

#include "wire/codec/base64.h"

namespace muir::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;

}  // namespace

OwnedBytes token_hmac(std::string_view secret_key, std::string_view token_id) {
  return hmac(Digest::sha_512, as_bytes(secret_key), as_bytes(token_id));
}

ScramCredential token_credential(ScramMechanism mechanism, ByteView token_hmac) {
  OwnedBytes salt = hmac(digest_of(mechanism), token_hmac, as_bytes(std::string("salt").append(to_text(mechanism))));
  salt.resize(kSaltBytes);
  std::string password = wire::to_base64(token_hmac);
  ScramCredential credential =
      scram_credential(mechanism, std::string_view(password), std::move(salt), kScramIterationsMin);
  wipe(password);
  return credential;
}

}  // namespace muir::auth
