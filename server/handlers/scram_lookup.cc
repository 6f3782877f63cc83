#include "server/handlers/scram_lookup.h"

#include <string>
#include <utility>

#include "auth/sasl/made_up_credential.h"
#include "server/handlers/sasl_session.h"
#include "server/handlers/services.h"
#include "server/handlers/token_credentials.h"
#include "server/handlers/token_requests.h"
#include "server/publishing/metadata_cache.h"

namespace muir::server {
namespace {

using auth::ScramMechanism;

// What made-up credentials are derived from: a secret that outlives the process and that all brokers have, so that the
// salt of a user who does not exist stays as it is.  The operator's, if there is one; else of two users, so that none
// of them has it alone.  Without users nobody can log in, and it does not matter.
OwnedBytes made_up_secret(const Services& services, const ScramImage& scram) {
  if (services.token_credentials != nullptr) return services.token_credentials->hmac_of("made-up credentials");
  const auto& credentials = scram.all();
  if (credentials.empty()) {
    static const OwnedBytes of_this_process = auth::random_bytes(32);
    return of_this_process;
  }
  OwnedBytes keys = (*credentials.begin()->second).server_key;
  const OwnedBytes& last = (*credentials.last().second).server_key;
  keys.insert(keys.end(), last.begin(), last.end());
  return auth::hash(auth::Digest::sha_256, keys);
}

}  // namespace

auth::ScramLookup scram_lookup(Services& services, const Session& session, ScramMechanism mechanism) {
  const auto number = static_cast<std::int8_t>(mechanism);
  auth::ScramLookup lookup;
  lookup.user = [&services, number](std::string_view user) {
    const auto image = services.metadata.image();
    const auto& all = image->scram.all();
    const ScramKey key{number, std::string(user)};
    auto at = all.lower_bound(key);
    if (at == all.end()) at = all.begin();  // His neighbour stands in, which takes the same time.
    if (at == all.end()) return auth::ScramFound{};
    const ScramCredential& stored = *at->second;
    return auth::ScramFound{{stored.salt, stored.stored_key, stored.server_key, stored.iterations}, at->first == key};
  };
  lookup.token = [&session](std::string_view id) { return session.sasl->token(id); };
  lookup.made_up = [&services, mechanism, number](std::string_view user) {
    const auto image = services.metadata.image();
    const OwnedBytes secret = made_up_secret(services, image->scram);
    const auth::ScramShape shape = image->scram.shapes().choose(number, auth::chance_of(mechanism, secret, user));
    return auth::made_up_credential(mechanism, secret, user, shape);
  };
  return lookup;
}

Task<void> find_token(Services& services, Session& session, ByteView message) {
  const auto mechanism = auth::parse_scram_mechanism(session.sasl->mechanism());
  if (!mechanism || services.token_credentials == nullptr) co_return;
  const auto first = auth::parse_scram_client_first(as_text(message));
  if (!first || !first->is_token_authenticated) co_return;
  const auto image = services.metadata.image();
  const auto* token = image->delegation_tokens.all().find(first->user);
  if (token == nullptr) co_return;
  auth::ScramCredential credential = co_await services.token_credentials->find(*mechanism, first->user);
  std::string owner(split_principal((*token)->owner).second);
  session.sasl->set_token(first->user, {std::move(credential), std::move(owner), (*token)->expiration_timestamp});
}

}  // namespace muir::server
