#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auth/sasl/scram_credential.h"

namespace muir::auth {

// What a SCRAM server tells anybody who names a user, before a proof: how often it hashes, and how long the salt is.
// Users set in another year, or by another tool, differ in it; one who does not exist must not (ADR 083).
struct ScramShape {
  // A salt of letters and digits, as Kafka's own tools make them, of a length that varies by itself.
  static constexpr std::size_t kKafkasSalt = 0;

  std::int32_t iterations = kScramIterationsMin;
  std::size_t salt_bytes = kKafkasSalt;

  auto operator<=>(const ScramShape&) const = default;
};

ScramShape shape_of(ByteView salt, std::int32_t iterations);

// A number by which to choose a shape for `user`: always the same with the same `secret`.
std::uint64_t chance_of(ScramMechanism mechanism, ByteView secret, std::string_view user);

// How much a shape that `users` users have wants one who has that chance; the shape that wants him most is his.  Each
// gets made-up users in proportion to its real ones, and when shapes come and go, few made-up users change theirs
// (rendezvous hashing).
double wants(const ScramShape& shape, std::size_t users, std::uint64_t chance);

// The credential of a user whom nobody knows: the same each time one asks with the same `secret` and `shape`, so that
// it cannot be told from a real one, and with keys that no password leads to.
ScramCredential made_up_credential(ScramMechanism mechanism, ByteView secret, std::string_view user,
                                   const ScramShape& shape);

}  // namespace muir::auth
