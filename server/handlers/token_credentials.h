#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "auth/sasl/delegation_token.h"
#include "server/runtime/pool.h"
#include "server/runtime/shard.h"
#include "wire/base/task.h"

namespace muir::server {

// What clients that log in by a delegation token are measured against.  Each costs thousands of hashes, so it is made
// on the pool, when somebody logs in by the token for the first time, and remembered (ADR 096).  What it is made of
// never changes; whether the token is still good, the metadata image says.
// Owner: the first shard; hmac_of() and find() may be called from any.
class TokenCredentials {
 public:
  static constexpr std::size_t kCredentialsMax = 10'000;  // The oldest goes first.

  // `secret_key`: delegation.token.secret.key.
  TokenCredentials(std::string secret_key, Shard& home, Pool& pool)
      : secret_key_(std::move(secret_key)), home_(home), pool_(pool) {}

  // What the holder of the token has.  Secret.
  OwnedBytes hmac_of(std::string_view token_id) const { return auth::token_hmac(secret_key_, token_id); }

  // For a token that exists: whoever asks for others makes us work for nothing.
  Task<auth::ScramCredential> find(auth::ScramMechanism mechanism, std::string token_id);

 private:
  using Key = std::pair<auth::ScramMechanism, std::string>;

  Task<auth::ScramCredential> find_at_home(Key key);

  const std::string secret_key_;
  Shard& home_;
  Pool& pool_;
  std::map<Key, auth::ScramCredential> made_;
  std::deque<Key> by_age_;
};

}  // namespace muir::server
