#include <map>
#include <set>

#include <fmt/format.h>

#include "server/controller/api_error.h"
#include "server/handlers/handlers.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/describe_client_quotas_request.h"
#include "wire/schema/describe_client_quotas_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeClientQuotasRequest;
using Response = wire::DescribeClientQuotasResponse;

enum class Match : std::int8_t { exact = 0, default_of_type = 1, any_of_type = 2 };

ApiError invalid(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

// Which entities are asked for.  Rules and words are Kafka's.
class Filter {
 public:
  explicit Filter(bool is_strict) : is_strict_(is_strict) {}

  ApiError add(const Request::ComponentData& component) {
    const std::string type(component.entity_type);
    if (type.empty()) return invalid("Invalid empty entity type.");
    if (mentions(type)) return invalid(fmt::format("Entity type {} cannot appear more than once in the filter.", type));
    if (type != "ip" && type != "user" && type != "client-id")
      return {ErrorCode::UNSUPPORTED_VERSION, "Unsupported entity type " + type};
    return add(type, component);
  }

  ApiError problem_with_combination() const {
    if (!mentions("ip") || (!mentions("user") && !mentions("client-id"))) return {};
    return invalid(
        "Invalid entity filter component combination. IP filter component should not be used with user or clientId "
        "filter component.");
  }

  bool matches(const ClientQuotaEntity& entity) const {
    if (is_strict_ && entity.size() != exact_.size() + any_.size()) return false;
    for (const auto& [type, name] : exact_) {
      const auto at = entity.find(type);
      if (at == entity.end() || at->second != name) return false;
    }
    for (const auto& type : any_)
      if (!entity.contains(type)) return false;
    return true;
  }

 private:
  bool mentions(const std::string& type) const { return exact_.contains(type) || any_.contains(type); }

  ApiError add(const std::string& type, const Request::ComponentData& component) {
    switch (static_cast<Match>(component.match_type)) {
      case Match::exact:
        if (!component.match) return invalid("Request specified MATCH_TYPE_EXACT, but set match string to null.");
        exact_[type] = std::string(*component.match);
        return {};
      case Match::default_of_type:
        if (component.match) return invalid("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.");
        exact_[type] = std::nullopt;
        return {};
      case Match::any_of_type:
        if (component.match)
          return invalid("Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.");
        any_.insert(type);
        return {};
    }
    return invalid(fmt::format("Unknown match type {}", component.match_type));
  }

  bool is_strict_;
  ClientQuotaEntity exact_;
  std::set<std::string> any_;
};

Response refuse(RequestContext& ctx, const ApiError& error) {
  Response response;
  response.error_code = error.code;
  response.error_message.reset();
  if (error.message) response.error_message = ctx.keep(*error.message);
  response.entries.reset();
  return response;
}

}  // namespace

// DescribeClientQuotas (API key 48): the quotas that are stored for users, client ids and addresses (KIP-546).
// Versions 0-1.
Task<Response> handle(RequestContext& ctx, const Request& request) {
  if (!ctx.may_cluster(auth::Operation::DESCRIBE_CONFIGS)) {
    co_return refuse(ctx, ApiError(ErrorCode::CLUSTER_AUTHORIZATION_FAILED));
  }
  Filter filter(request.strict);
  ApiError problem;
  for (const auto& component : request.components)
    if (!problem.failed()) problem = filter.add(component);
  if (!problem.failed()) problem = filter.problem_with_combination();
  if (problem.failed()) co_return refuse(ctx, problem);

  Response response;
  auto& entries = response.entries.emplace();
  for (const auto& [entity, quotas] : ctx.image().client_quotas.all()) {
    if (!filter.matches(entity)) continue;
    auto& entry = entries.emplace_back();
    for (const auto& [type, name] : entity) {
      auto& part = entry.entity.emplace_back();
      part.entity_type = type;
      part.entity_name = name ? std::optional<std::string_view>(*name) : std::nullopt;
    }
    for (const auto& [key, value] : *quotas) entry.values.push_back({.key = key, .value = value});
  }
  co_return response;
}

}  // namespace muir::server
