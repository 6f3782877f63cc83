#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "auth/sasl/digest.h"
#include "wire/base/bytes.h"

namespace muir::auth {

// SCRAM as Kafka has it (RFC 5802, RFC 7677, KIP-84).  The numbers are those of records and requests (KIP-554).
enum class ScramMechanism : std::int8_t { sha_256 = 1, sha_512 = 2 };

inline constexpr ScramMechanism kScramMechanisms[] = {ScramMechanism::sha_256, ScramMechanism::sha_512};

// How often a password is hashed: fewer times would be too easy to guess, more would let who sets a password slow
// others.
inline constexpr std::int32_t kScramIterationsMin = 4096;
inline constexpr std::int32_t kScramIterationsMax = 16384;

std::string_view to_text(ScramMechanism mechanism);  // "SCRAM-SHA-256"
std::optional<ScramMechanism> parse_scram_mechanism(std::string_view name);
std::optional<ScramMechanism> scram_mechanism(std::int8_t number);
Digest digest_of(ScramMechanism mechanism);

// What a server keeps of a password.  Whoever has it can play the server, and try passwords, but not log in.
struct ScramCredential {
  OwnedBytes salt;
  OwnedBytes stored_key;
  OwnedBytes server_key;
  std::int32_t iterations = 0;

  bool operator==(const ScramCredential&) const = default;
};

// From Hi(password, salt, iterations), as AlterUserScramCredentials brings it.
ScramCredential scram_credential(ScramMechanism mechanism, ByteView salted_password, OwnedBytes salt,
                                 std::int32_t iterations);

// From the password itself.  Slow by design: not on a shard.
ScramCredential scram_credential(ScramMechanism mechanism, std::string_view password, OwnedBytes salt,
                                 std::int32_t iterations);

}  // namespace muir::auth
