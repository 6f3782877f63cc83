#include <algorithm>

#include "server/handlers/handlers.h"
#include "server/handlers/sasl_authentication.h"
#include "server/handlers/sasl_session.h"
#include "server/handlers/services.h"
#include "server/handlers/supported_features.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/api_versions_request.h"
#include "wire/schema/api_versions_response.h"

namespace muir::server {
namespace {

using Response = wire::ApiVersionsResponse;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Letters and digits, with dashes and dots inside (KIP-511).
bool is_software_name(std::string_view name) {
  if (name.empty() || !is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back())) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

// Produce 0 to 2 are advertised and not served, as in Kafka: without them older librdkafka switches features off.
Response::ApiVersion describe(const Api& api) {
  Response::ApiVersion version;
  version.api_key = static_cast<std::int16_t>(api.key);
  version.min_version = api.key == wire::ApiKey::PRODUCE ? std::int16_t{0} : api.version_min;
  version.max_version = api.version_max;
  return version;
}

void describe_features(RequestContext& ctx, Response& response) {
  for (const auto& [name, range] : supported_features()) {
    // Clients before version 4 cannot read a minimum of 0 (KAFKA-17492).
    if (ctx.api_version < 4 && range.min == 0) continue;
    auto& feature = response.supported_features.emplace_back();
    feature.name = name;
    feature.min_version = range.min;
    feature.max_version = range.max;
  }
  const auto add = [&](std::string_view name, FeatureLevel level) {
    if (level == 0) return;
    auto& feature = response.finalized_features.emplace_back();
    feature.name = name;
    feature.min_version_level = level;
    feature.max_version_level = level;
  };
  const MetadataImage& image = ctx.image();
  add(kMetadataVersionFeature, image.features.metadata_version().value_or(0));
  for (const auto& [name, level] : image.features.finalized()) add(name, level);
  add(kKRaftVersionFeature, ctx.services().kraft_version.load(std::memory_order_relaxed));
  response.finalized_features_epoch = image.last_offset.value;
}

}  // namespace

// ApiVersions (API key 18): what this listener serves.  Versions 0-4.  A version that we do not know is answered too,
// in version 0, with the versions of this very API, so that the client can ask again (KIP-511).
Task<Response> handle(RequestContext& ctx, const wire::ApiVersionsRequest& request) {
  Response response;
  if (ctx.session().sasl != nullptr && ctx.session().sasl->expects_token()) {
    response.error_code = wire::ErrorCode::ILLEGAL_SASL_STATE;
    co_await fail_authentication(ctx.session(), "ApiVersions came instead of a token");
    co_return response;
  }
  if (ctx.is_version_unsupported) {
    response.error_code = wire::ErrorCode::UNSUPPORTED_VERSION;
    response.api_keys.push_back(describe(*find_api(static_cast<std::int16_t>(wire::ApiKey::API_VERSIONS))));
    co_return response;
  }
  if (ctx.api_version >= 3) {
    if (!is_software_name(request.client_software_name) || !is_software_name(request.client_software_version)) {
      response.error_code = wire::ErrorCode::INVALID_REQUEST;
      co_return response;
    }
    ctx.session().client_software_name = request.client_software_name;
    ctx.session().client_software_version = request.client_software_version;
  }
  for (const Api& api : api_table()) {
    if (api.is_served_on(ctx.session())) response.api_keys.push_back(describe(api));
  }
  describe_features(ctx, response);
  if (ctx.session().sasl != nullptr) ctx.session().sasl->versions_told();
  co_return response;
}

}  // namespace muir::server
