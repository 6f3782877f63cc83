#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/sasl/scram_credential.h"

namespace muir::auth {

// The client's side of one SCRAM exchange (RFC 5802), as Kafka's clients play it: without channel binding.  Messages
// in, messages out; each is called once, in this order.  Owner: who logs in.
class ScramClient {
 public:
  // `nonce`: printable, without a comma, never used before.
  ScramClient(ScramMechanism mechanism, std::string user, std::string password, std::string nonce);

  std::string first() const { return "n,," + first_bare_; }

  // The proof, in answer to the server's challenge.  None if the challenge is not one to us, or wants the password
  // hashed so seldom that the answer gives it away, or so often that it takes minutes.  Slow by design.
  std::optional<std::string> answer(std::string_view server_first);

  // Whether the server, too, knows what follows from the password.
  bool is_proven_by(std::string_view server_final) const;

 private:
  const ScramMechanism mechanism_;
  const std::string password_;
  const std::string nonce_;
  std::string first_bare_;
  OwnedBytes server_signature_;
};

}  // namespace muir::auth
