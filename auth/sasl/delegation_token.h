#pragma once

#include <string_view>

#include "auth/sasl/scram_credential.h"
#include "wire/base/bytes.h"

namespace muir::auth {

// A delegation token (KIP-48) is an id that everybody may know and an HMAC that only its holders do.  Nothing secret is
// stored: whoever has delegation.token.secret.key makes the HMAC of the id again.

// HMAC-SHA-512 of the id.  Secret: what it gives a client, it gives to whoever reads it.
OwnedBytes token_hmac(std::string_view secret_key, std::string_view token_id);

// What a client that holds the token proves itself against: a SCRAM credential whose user is the token's id and whose
// password is its HMAC in base64.  The salt comes out of the HMAC, so that all brokers, and each after a restart, have
// the same one; with Kafka it is random, and clients cannot tell.  Takes as long as kScramIterationsMin ask for: not on
// a shard.
ScramCredential token_credential(ScramMechanism mechanism, ByteView token_hmac);

}  // namespace muir::auth
