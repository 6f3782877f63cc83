#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "wire/base/bytes.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY.

namespace muir::auth {

// The signatures that a token may carry (RFC 7518).  None that the verifier could have made itself (HS256), and not
// "none" (CVE-2026-33557).
enum class JwsAlgorithm : std::uint8_t { RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 };

std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name);

// One public key of an issuer (RFC 7517).
class JsonWebKey {
 public:
  JsonWebKey(std::shared_ptr<evp_pkey_st> key, std::string id, std::optional<JwsAlgorithm> algorithm);

  const std::string& id() const { return id_; }  // "kid"; may be empty.

  // Whether the key is of the algorithm's kind, so that nobody can have it taken for another.
  bool fits(JwsAlgorithm algorithm) const;

  // The key fits the algorithm.
  bool verifies(JwsAlgorithm algorithm, ByteView signed_bytes, ByteView signature) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::string id_;
  std::optional<JwsAlgorithm> algorithm_;  // "alg": the key is for this one only.
};

// The keys of an issuer, at one time.  Immutable.
class JsonWebKeys {
 public:
  static constexpr std::size_t kKeysMax = 100;

  // From a JWK set.  Keys that are of another kind, weak or not for signatures are left out.  Fails, with a sentence,
  // when the text is no JWK set.
  static boost::system::result<JsonWebKeys, std::string> parse(std::string_view json);

  // Those that a token with this header may be signed by: of this id, or without one any that fits.
  std::vector<const JsonWebKey*> candidates(std::string_view id, JwsAlgorithm algorithm) const;

  bool has(std::string_view id) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<JsonWebKey> keys_;
};

// base64url without padding (RFC 7515).
std::optional<OwnedBytes> from_base64url(std::string_view text);

}  // namespace muir::auth
