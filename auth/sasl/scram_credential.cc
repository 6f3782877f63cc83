#include "auth/sasl/scram_credential.h"

#include <utility>

namespace muir::auth {

std::string_view to_text(ScramMechanism mechanism) {
  return mechanism == ScramMechanism::sha_256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512";
}

std::optional<ScramMechanism> parse_scram_mechanism(std::string_view name) {
  for (const ScramMechanism mechanism : kScramMechanisms)
    if (to_text(mechanism) == name) return mechanism;
  return std::nullopt;
}

std::optional<ScramMechanism> scram_mechanism(std::int8_t number) {
  for (const ScramMechanism mechanism : kScramMechanisms)
    if (static_cast<std::int8_t>(mechanism) == number) return mechanism;
  return std::nullopt;
}

Digest digest_of(ScramMechanism mechanism) {
  return mechanism == ScramMechanism::sha_256 ? Digest::sha_256 : Digest::sha_512;
}

ScramCredential scram_credential(ScramMechanism mechanism, ByteView salted_password, OwnedBytes salt,
                                 std::int32_t iterations) {
  const Digest digest = digest_of(mechanism);
  OwnedBytes client_key = hmac(digest, salted_password, as_bytes("Client Key"));
  ScramCredential credential{std::move(salt), hash(digest, client_key),
                             hmac(digest, salted_password, as_bytes("Server Key")), iterations};
  wipe(client_key);
  return credential;
}

ScramCredential scram_credential(ScramMechanism mechanism, std::string_view password, OwnedBytes salt,
                                 std::int32_t iterations) {
  OwnedBytes salted = pbkdf2(digest_of(mechanism), password, salt, iterations);
  ScramCredential credential = scram_credential(mechanism, ByteView(salted), std::move(salt), iterations);
  wipe(salted);
  return credential;
}

}  // namespace muir::auth
