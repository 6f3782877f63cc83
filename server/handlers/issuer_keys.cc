#include "server/handlers/issuer_keys.h"

#include <memory>
#include <string>
#include <utility>

#include "auth/sasl/jwt.h"
#include "server/handlers/services.h"
#include "server/runtime/log.h"
#include "server/runtime/pool.h"
#include "server/runtime/shard.h"
#include "server/runtime/url_fetch.h"

namespace muir::server {
namespace {

constexpr std::size_t kKeySetBytesMax = 512 * 1024;
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kLook{20};

using Fetched = boost::system::result<auth::JsonWebKeys, std::string>;

Fetched fetch(const std::string& url) {
  const auto text = fetch_url(url, kKeySetBytesMax, kPatience);
  if (!text) return text.error();
  return auth::JsonWebKeys::parse(as_text(*text));
}

}  // namespace

Task<void> refresh_issuer_keys(Services& services, const SaslListenerConfig::OAuth& oauth, std::string_view token) {
  if (!oauth.keys->begin_fetch(auth::jwt_key_id(token), services.clock.now())) {
    // Whoever comes while the very first keys are on their way waits for them.
    const Instant deadline = services.clock.now() + kPatience;
    while (oauth.keys->keys() == nullptr && oauth.keys->is_fetching() && services.clock.now() < deadline)
      co_await sleep_until(services.clock.now() + kLook);
    co_return;
  }
  const auto look = [&oauth] { return fetch(oauth.jwks_url); };
  auto fetched = co_await services.pool->run(look);
  std::shared_ptr<const auth::JsonWebKeys> keys;
  if (fetched) {
    keys = std::make_shared<const auth::JsonWebKeys>(std::move(*fetched));
    log_info("Fetched the keys of a token issuer", field("url", oauth.jwks_url), field("keys", keys->size()));
  } else {
    log_warn("The keys of a token issuer cannot be fetched", field("url", oauth.jwks_url),
             field("why", fetched.error()));
  }
  oauth.keys->end_fetch(std::move(keys), services.clock.now());
}

}  // namespace muir::server
