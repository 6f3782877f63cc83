#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/sasl/exchange.h"
#include "auth/sasl/scram_credential.h"
#include "auth/sasl/scram_message.h"

namespace muir::auth {

// The credential behind a delegation token, and for whom it speaks.
struct TokenCredential {
  ScramCredential credential;
  std::string owner;  // The name of the principal, without its type.
  std::int64_t expires_at_ms = 0;
};

// What is found of a user.  Of one who does not exist it is somebody else's credential, which nothing may come of: to
// fetch it takes as long as to fetch his own would, which whoever asks must not be able to tell.
struct ScramFound {
  ScramCredential credential;
  bool is_of_user = false;
};

// Where a SCRAM exchange looks users up, who must not learn whether there is such a user.  `token` may be empty.
struct ScramLookup {
  std::function<ScramFound(std::string_view user)> user;
  std::function<std::optional<TokenCredential>(std::string_view token_id)> token;
  // What a user who is unknown is measured against; see made_up_credential().
  std::function<ScramCredential(std::string_view user)> made_up;
};

// SCRAM-SHA-256 and SCRAM-SHA-512: the client proves that it knows the password without saying it, and the server that
// it knows the client (RFC 5802, KIP-84).  A user who is unknown is led to the proof like any other, and fails there.
class ScramExchange final : public SaslExchange {
 public:
  ScramExchange(ScramMechanism mechanism, ScramLookup lookup, std::string server_nonce);

  SaslStep evaluate(ByteView message) override;

  // Fresh and unguessable, for the constructor.
  static std::string fresh_nonce();

 private:
  enum class Expects : std::uint8_t { client_first, client_final, nothing };

  SaslStep client_first(std::string_view message);
  SaslStep client_final(std::string_view message);
  void look_up();
  bool proves(const ScramClientFinal& final, std::string_view auth_message) const;

  const ScramMechanism mechanism_;
  const ScramLookup lookup_;
  const std::string server_nonce_;
  Expects expects_ = Expects::client_first;
  ScramClientFirst first_;
  std::string server_first_;
  ScramCredential credential_;
  bool is_known_ = false;
};

}  // namespace muir::auth
