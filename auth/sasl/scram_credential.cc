#include "auth/sasl/scram_credential.h"

#include <algorithm>
#include <string>
#include <utility>

namespace muir::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;  // As long as the salts that Kafka's own tools make.

}  // namespace

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

ScramCredential made_up_credential(ScramMechanism mechanism, ByteView secret, std::string_view user) {
  const Digest digest = digest_of(mechanism);
  const auto derive = [&](std::string_view purpose) {
    return hmac(digest, secret, as_bytes(std::string(purpose).append(to_text(mechanism)).append(user)));
  };
  OwnedBytes salt = derive("salt");
  salt.resize(std::min(salt.size(), kSaltBytes));
  return {std::move(salt), derive("stored key"), derive("server key"), kScramIterationsMin};
}

}  // namespace muir::auth
