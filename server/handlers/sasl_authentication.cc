#include "server/handlers/sasl_authentication.h"

#include <utility>

#include <fmt/format.h>

#include "auth/sasl/gssapi_exchange.h"
#include "auth/sasl/oauth_bearer_exchange.h"
#include "auth/sasl/plain_exchange.h"
#include "auth/sasl/scram_exchange.h"
#include "server/handlers/issuer_keys.h"
#include "server/handlers/sasl_session.h"
#include "server/handlers/scram_lookup.h"
#include "server/handlers/services.h"
#include "server/runtime/log.h"
#include "server/runtime/pool.h"
#include "wire/base/check.h"

namespace muir::server {
namespace {

auth::OAuthBearerExchange::Verify verify_token(Services& services, Session& session) {
  using Claims = boost::system::result<auth::JwtClaims, std::string>;
  return [&services, &session](std::string_view token) -> Claims {
    const auto& oauth = *session.sasl->config().oauth;
    const auto keys = oauth.keys->keys();
    if (keys == nullptr) return std::string("the keys of the issuer are not known");
    return auth::verify_jwt(token, *keys, oauth.rules, services.clock.wall_ms());
  };
}

Task<SaslOutcome> refuse(Session& session, std::string message, std::string reason) {
  if (message.empty()) {
    // The same for every cause, or the client would learn which users there are.
    message = fmt::format("Authentication failed during {} due to invalid credentials with SASL mechanism {}",
                          session.sasl->what(), session.sasl->mechanism());
  }
  co_await fail_authentication(session, std::move(reason));
  SaslOutcome outcome;
  outcome.has_failed = true;
  outcome.message = std::move(message);
  co_return outcome;
}

Task<auth::SaslStep> evaluate(Services& services, Session& session, ByteView token) {
  auth::SaslExchange& exchange = session.sasl->exchange();
  if (!exchange.may_wait()) co_return exchange.evaluate(token);
  const auto step = [&exchange, token] { return exchange.evaluate(token); };
  co_return co_await services.login_pool->run(step);
}

}  // namespace

std::unique_ptr<auth::SaslExchange> begin_exchange(Services& services, Session& session, std::string_view mechanism) {
  if (mechanism == "PLAIN") return std::make_unique<auth::PlainExchange>(session.sasl->config().plain_users);
  if (mechanism == "OAUTHBEARER") return std::make_unique<auth::OAuthBearerExchange>(verify_token(services, session));
  if (const auto& kerberos = session.sasl->config().kerberos; kerberos && mechanism == "GSSAPI")
    return std::make_unique<auth::GssapiExchange>(kerberos->acceptor->new_context(), *kerberos->names);
  const auto scram = auth::parse_scram_mechanism(mechanism);
  CHECK(scram);  // The configuration enables no other.
  return std::make_unique<auth::ScramExchange>(*scram, scram_lookup(services, session, *scram),
                                               auth::ScramExchange::fresh_nonce());
}

Task<void> fail_authentication(Session& session, std::string reason) {
  log_info("Failed authentication", field("client", session.client()), field("listener", session.listener_name),
           field("mechanism", session.sasl->mechanism()), field("during", session.sasl->what()), field("why", reason));
  const auto delay = session.sasl->config().failure_delay;
  if (delay.count() > 0) co_await sleep_until(Shard::current()->clock().now() + delay);
  session.is_closed = true;
}

Task<SaslOutcome> authenticate(Services& services, Session& session, ByteView token) {
  if (const auto& oauth = session.sasl->config().oauth; oauth && session.sasl->mechanism() == "OAUTHBEARER") {
    const auto message = auth::parse_oauth_bearer_message(as_text(token));
    if (message) co_await refresh_issuer_keys(services, *oauth, message->token);
  }
  co_await find_token(services, session, token);
  auth::SaslStep step = co_await evaluate(services, session, token);
  if (step.verdict == auth::SaslStep::Verdict::failure)
    co_return co_await refuse(session, std::move(step.message), std::move(step.reason));
  SaslOutcome outcome;
  outcome.bytes = std::move(step.answer);
  outcome.has_token = step.has_answer;
  if (step.verdict == auth::SaslStep::Verdict::challenge) co_return outcome;

  const auth::Principal principal{"User", session.sasl->exchange().identity().authorization_id};
  const auto lifetime = session.sasl->complete(principal, services.clock);
  if (!lifetime) {
    const auth::Principal& before = *session.sasl->principal();
    std::string message = fmt::format("Cannot change principals during re-authentication from {}.{}: {}.{}",
                                      before.type, before.name, principal.type, principal.name);
    std::string reason = message;
    co_return co_await refuse(session, std::move(message), std::move(reason));
  }
  session.become(principal);
  session.is_authenticated = true;
  outcome.session_lifetime_ms = *lifetime;
  log_debug("Authenticated", field("client", session.client()), field("principal", principal.to_string()),
            field("mechanism", session.sasl->mechanism()));
  co_return outcome;
}

}  // namespace muir::server
