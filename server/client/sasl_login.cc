#include "server/client/sasl_login.h"

#include <fmt/format.h>

#include "auth/sasl/scram_client.h"
#include "server/client/broker_client.h"
#include "wire/codec/base64.h"
#include "wire/schema/sasl_authenticate_request.h"
#include "wire/schema/sasl_authenticate_response.h"
#include "wire/schema/sasl_handshake_request.h"
#include "wire/schema/sasl_handshake_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

constexpr std::size_t kNonceBytes = 24;

ClientResult<> choose(BrokerClient& client, const std::string& mechanism) {
  wire::SaslHandshakeRequest request;
  request.mechanism = mechanism;
  const auto answer = client.call<wire::SaslHandshakeResponse>(request);
  if (!answer) return answer.error();
  if (answer->error_code == ErrorCode::NONE) return {};
  return client_error(
      fmt::format("{} does not take {} here: {}", client.address(), mechanism, fmt::join(answer->mechanisms, ", ")));
}

// What the broker answers to one message of the exchange.
ClientResult<OwnedBytes> say(BrokerClient& client, const std::string& message) {
  wire::SaslAuthenticateRequest request;
  request.auth_bytes = as_bytes(message);
  const auto answer = client.call<wire::SaslAuthenticateResponse>(request);
  if (!answer) return answer.error();
  if (answer->error_code != ErrorCode::NONE) {
    const auto why = answer->error_message;
    return client_error(why ? std::string(*why) : std::string(name(answer->error_code)));
  }
  return OwnedBytes(answer->auth_bytes.begin(), answer->auth_bytes.end());
}

ClientResult<> log_in_by_scram(BrokerClient& client, const ClientConfig::Login& login) {
  const auto mechanism = auth::parse_scram_mechanism(login.mechanism);
  auth::ScramClient scram(*mechanism, login.user, login.password, wire::to_base64(auth::random_bytes(kNonceBytes)));
  const auto challenge = say(client, scram.first());
  if (!challenge) return challenge.error();
  const auto proof = scram.answer(as_text(*challenge));
  if (!proof) return client_error(client.address() + " sends no challenge that can be answered");
  const auto end = say(client, *proof);
  if (!end) return end.error();
  if (scram.is_proven_by(as_text(*end))) return {};
  return client_error(client.address() + " does not know the user: it may be somebody else's broker");
}

}  // namespace

ClientResult<> log_in(BrokerClient& client, const ClientConfig::Login& login) {
  const auto chosen = choose(client, login.mechanism);
  if (!chosen) return chosen;
  if (login.mechanism != "PLAIN") return log_in_by_scram(client, login);
  const auto told = say(client, std::string(1, '\0').append(login.user).append(1, '\0').append(login.password));
  if (!told) return told.error();
  return {};
}

}  // namespace muir::server
