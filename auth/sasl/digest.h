#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/bytes.h"

namespace muir::auth {

// The hash functions that mechanisms are built of; OpenSSL does the arithmetic.
enum class Digest : std::uint8_t { sha_256, sha_512 };

std::size_t digest_bytes(Digest digest);

OwnedBytes hash(Digest digest, ByteView data);
OwnedBytes hmac(Digest digest, ByteView key, ByteView data);

// Hi() of RFC 5802.  Takes as long as `iterations` ask for: not on a shard.  iterations >= 1.
OwnedBytes pbkdf2(Digest digest, std::string_view password, ByteView salt, std::int32_t iterations);

// Takes as long for a difference in the first byte as for one in the last.  The sizes may show.
bool equal_in_constant_time(ByteView a, ByteView b);

// From the system's generator, fit for nonces and salts.
OwnedBytes random_bytes(std::size_t count);

// How many hashes and HMACs the calling thread has made: what a test compares where two ways must be the same work.
std::uint64_t hashes_made();

// Overwrites a secret before its memory is given back.
void wipe(OwnedBytes& secret);
void wipe(std::string& secret);

}  // namespace muir::auth
