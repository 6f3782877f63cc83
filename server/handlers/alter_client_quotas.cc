#include <algorithm>

#include "server/controller/api_error.h"
#include "server/handlers/forward.h"
#include "server/handlers/handlers.h"
#include "server/runtime/host_lookup.h"
#include "server/runtime/pool.h"
#include "server/to_wire.h"
#include "wire/schema/alter_client_quotas_request.h"
#include "wire/schema/alter_client_quotas_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::AlterClientQuotasRequest;
using Response = wire::AlterClientQuotasResponse;
using Hosts = std::set<std::string, std::less<>>;

// How many host names of one request are looked up, one after the other; the rest count as unknown.
constexpr std::size_t kHostLookupsMax = 100;

Response refuse(RequestContext& ctx, const Request& request, const ApiError& error) {
  Response response;
  for (const auto& asked : request.entries) {
    auto& entry = response.entries.emplace_back();
    entry.error_code = error.code;
    if (error.message) entry.error_message = ctx.keep(*error.message);
    for (const auto& part : asked.entity)
      entry.entity.push_back({.entity_type = part.entity_type, .entity_name = part.entity_name});
  }
  return response;
}

// The names of `ip` entities that are no addresses.
Hosts host_names(const Request& request) {
  Hosts hosts;
  for (const auto& entry : request.entries) {
    for (const auto& part : entry.entity) {
      if (part.entity_type != "ip" || !part.entity_name || part.entity_name->empty()) continue;
      std::string name(*part.entity_name);
      if (!is_numeric_host(name)) hosts.insert(std::move(name));
    }
  }
  return hosts;
}

// Blocks: on a thread of the pool.
Hosts unknown_among(Hosts hosts) {
  std::size_t lookups = 0;
  std::erase_if(hosts, [&](const std::string& host) { return ++lookups <= kHostLookupsMax && is_known_host(host); });
  return hosts;
}

}  // namespace

// AlterClientQuotas (API key 49): quotas of users, client ids and addresses (KIP-546, KIP-612).  Versions 0-1.  The
// controller decides; server/throttling holds clients to them.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (!ctx.may_cluster(auth::Operation::ALTER_CONFIGS)) {
    co_return refuse(ctx, request, ApiError::with_default_message(ErrorCode::CLUSTER_AUTHORIZATION_FAILED));
  }
  Hosts unknown = host_names(request);
  if (!unknown.empty()) {
    const auto look_up = [&unknown] { return unknown_among(unknown); };
    unknown = co_await ctx.services().pool->run(look_up);
  }
  auto response = co_await forward<Request, Response>(ctx, &Controller::alter_client_quotas, request, &unknown);
  if (!response) co_return refuse(ctx, request, ApiError(to_wire(response.error())));
  co_return std::move(*response);
}

}  // namespace muir::server
