#include "server/handlers/token_credentials.h"

namespace muir::server {

Task<auth::ScramCredential> TokenCredentials::find(auth::ScramMechanism mechanism, std::string token_id) {
  co_return co_await call(home_, [this, &mechanism, &token_id] { return find_at_home({mechanism, token_id}); });
}

Task<auth::ScramCredential> TokenCredentials::find_at_home(Key key) {
  const auto found = made_.find(key);
  if (found != made_.end()) co_return found->second;
  const auto make = [this, &key] { return auth::token_credential(key.first, hmac_of(key.second)); };
  auth::ScramCredential made = co_await pool_.run(make);
  // Another may have asked for the same meanwhile.
  if (!made_.emplace(key, made).second) co_return made;
  by_age_.push_back(std::move(key));
  if (by_age_.size() > kCredentialsMax) {
    made_.erase(by_age_.front());
    by_age_.pop_front();
  }
  co_return made;
}

}  // namespace muir::server
