#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/group/java_string.h"
#include "server/handlers/handlers.h"
#include "server/handlers/sasl_authentication.h"
#include "server/handlers/sasl_session.h"
#include "server/handlers/services.h"
#include "wire/schema/sasl_handshake_request.h"
#include "wire/schema/sasl_handshake_response.h"

namespace muir::server {

using wire::ErrorCode;

namespace {

// Kafka keeps them in a Java HashSet, which has 16 buckets for as few as there are, and lists it bucket by bucket.
std::vector<std::string_view> in_kafkas_order(const std::vector<std::string>& enabled) {
  constexpr std::uint32_t kBuckets = 16;
  const auto bucket_of = [](std::string_view mechanism) {
    const auto hash = static_cast<std::uint32_t>(java_hash(mechanism));
    return (hash ^ (hash >> 16)) % kBuckets;
  };
  std::vector<std::string_view> mechanisms(enabled.begin(), enabled.end());
  std::ranges::stable_sort(mechanisms, {}, bucket_of);
  return mechanisms;
}

}  // namespace

// SaslHandshake (API key 17): chooses the mechanism of a login (KIP-43).  Versions 0-1: after 0 the mechanism's tokens
// come as bare frames, after 1 in SaslAuthenticate requests (KIP-152).  On a listener without SASL, and when nothing is
// to be authenticated, it is an error, and no more.
Task<wire::SaslHandshakeResponse> handle(RequestContext& ctx, const wire::SaslHandshakeRequest& request) {
  wire::SaslHandshakeResponse response;
  SaslSession* sasl = ctx.session().sasl.get();
  const Instant now = ctx.services().clock.now();
  if (sasl == nullptr || !sasl->takes_handshake(now)) {
    response.error_code = ErrorCode::ILLEGAL_SASL_STATE;
    if (sasl != nullptr && sasl->expects_token())
      co_await fail_authentication(ctx.session(), "a handshake came instead of a token");
    co_return response;
  }
  response.mechanisms = in_kafkas_order(sasl->config().enabled);
  if (sasl->config().find(request.mechanism) == nullptr) {
    response.error_code = ErrorCode::UNSUPPORTED_SASL_MECHANISM;
    co_await fail_authentication(ctx.session(), "the mechanism is not enabled");
    co_return response;
  }
  std::unique_ptr<auth::SaslExchange> exchange;
  if (sasl->may_change_to(request.mechanism))
    exchange = begin_exchange(ctx.services(), ctx.session(), request.mechanism);
  sasl->begin(std::string(request.mechanism), ctx.api_version, std::move(exchange), now);
  co_return response;
}

}  // namespace muir::server
