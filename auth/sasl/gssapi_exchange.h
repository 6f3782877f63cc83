#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "auth/sasl/exchange.h"
#include "auth/sasl/gss_context.h"
#include "auth/sasl/kerberos_short_namer.h"

namespace muir::auth {

// GSSAPI: the client shows a ticket of Kerberos (RFC 4752).  First the tokens of the security context, then the server
// offers what may protect the connection, of which Kafka has nothing but the login itself, and the client chooses.  The
// authorization id that the client adds to its choice is not looked at, as in Kafka: whoever it asks to be, it is whom
// it has proved to be.  When the ticket ends does not end the session, as in Kafka; `connections.max.reauth.ms` does.
class GssapiExchange final : public SaslExchange {
 public:
  // `names` outlives the exchange.
  GssapiExchange(std::unique_ptr<GssContext> context, const KerberosShortNamer& names)
      : context_(std::move(context)), names_(names) {}

  SaslStep evaluate(ByteView message) override;
  bool may_wait() const override { return true; }  // For the keytab and the replay cache.

 private:
  enum class Expects : std::uint8_t { token, acknowledgement, choice, nothing };

  SaslStep accept(ByteView token);
  SaslStep offer();
  SaslStep choose(ByteView message);

  const std::unique_ptr<GssContext> context_;
  const KerberosShortNamer& names_;
  Expects expects_ = Expects::token;
  int tokens_ = 0;
};

}  // namespace muir::auth
