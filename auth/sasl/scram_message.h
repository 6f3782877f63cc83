#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/bytes.h"

namespace muir::auth {

// The two messages of a SCRAM client (RFC 5802, section 7), as far as Kafka takes them: ASCII, no channel binding.

// n,[a=authzid],n=user,r=nonce[,extensions]
struct ScramClientFirst {
  std::string gs2_header;  // "n,," or "n,a=authzid,".
  std::string bare;        // What follows it.
  std::string authorization_id;
  std::string user;
  std::string nonce;
  bool is_token_authenticated = false;  // tokenauth=true: `user` is the id of a delegation token (KIP-48).
};

// c=channel-binding,r=nonce[,extensions],p=proof
struct ScramClientFinal {
  OwnedBytes channel_binding;
  std::string nonce;
  OwnedBytes proof;
  std::string without_proof;  // Everything before ",p=".
};

// None if the message is not of that form.
std::optional<ScramClientFirst> parse_scram_client_first(std::string_view message);
std::optional<ScramClientFinal> parse_scram_client_final(std::string_view message);

// "=2C" and "=3D" stand for ',' and '='.  None if another '=' is in it.
std::optional<std::string> unescape_sasl_name(std::string_view name);

}  // namespace muir::auth
