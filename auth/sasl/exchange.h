#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "wire/base/bytes.h"

namespace muir::auth {

// Whom a finished exchange has proved.
struct Identity {
  std::string authorization_id;               // The name of the principal, or for GSSAPI what the rules make it of.
  std::optional<std::int64_t> expires_at_ms;  // Wall clock; of a token.  None: as long as the connection.
  bool is_by_token = false;                   // Logged in with a delegation token: may not make another.
};

// What the server makes of one message of the client.
struct SaslStep {
  enum class Verdict : std::uint8_t { challenge, success, failure };

  Verdict verdict = Verdict::failure;
  std::string answer;      // Goes to the client, also with success.  Raw bytes.
  std::string message;     // Of a failure, for the client to read; empty: the sentence that is the same for all.
  std::string reason;      // Of a failure, for the log.  Never a secret.
  bool has_answer = true;  // Otherwise the client has said the last word.

  static SaslStep challenge(std::string answer) { return {Verdict::challenge, std::move(answer), {}, {}}; }
  static SaslStep success(std::string answer) { return {Verdict::success, std::move(answer), {}, {}}; }
  // The client expects nothing more, not even an empty token.
  static SaslStep silent_success() { return {Verdict::success, {}, {}, {}, false}; }
  // A failure that must not tell whether it was the name or the proof.
  static SaslStep failure(std::string reason) { return {Verdict::failure, {}, {}, std::move(reason)}; }
  // A failure of which Kafka tells the client more.
  static SaslStep told_failure(std::string message) { return {Verdict::failure, {}, message, message}; }
};

// One login by one mechanism, as the server sees it (RFC 4422): bytes in, verdict and bytes out.  No sockets, no clock
// of its own; no waiting, except in GssapiExchange.  After success or failure it is not to be asked again; if it is, it
// fails. Owner: one connection.
class SaslExchange {
 public:
  virtual ~SaslExchange() = default;

  virtual SaslStep evaluate(ByteView message) = 0;

  // Whether evaluate() may wait for files: then not on a shard.
  virtual bool may_wait() const { return false; }

  // Valid after success.
  const Identity& identity() const { return identity_; }

 protected:
  Identity identity_;
};

}  // namespace muir::auth
