#include <map>
#include <string_view>
#include <tuple>

#include "server/controller/acl_codes.h"
#include "server/handlers/acl_requests.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/metadata/metadata_image.h"
#include "wire/schema/describe_acls_request.h"
#include "wire/schema/describe_acls_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::DescribeAclsResponse;

Response refuse(ErrorCode error, std::string_view message) {
  Response response;
  response.error_code = error;
  response.error_message = message;
  return response;
}

}  // namespace

// DescribeAcls (API key 29): the access control entries that a filter matches, by resource.  Versions 1-3.
Task<Response> handle(RequestContext& ctx, const wire::DescribeAclsRequest& request) {
  if (!ctx.may_cluster(auth::Operation::DESCRIBE))
    co_return refuse(ErrorCode::CLUSTER_AUTHORIZATION_FAILED, kNeedsDescribe);
  if (!ctx.services().authorizer.is_configured())
    co_return refuse(ErrorCode::SECURITY_DISABLED, "No Authorizer is configured on the broker");

  const auth::AclFilter filter = acl_filter(request);
  using Pattern = std::tuple<auth::ResourceType, std::string_view, auth::PatternType>;
  std::map<Pattern, std::vector<Response::AclDescription>> by_pattern;
  for (const auto& [id, acl] : ctx.image().acls.all()) {
    if (!filter.matches(*acl)) continue;
    auto& said = by_pattern[{acl->resource_type, acl->resource_name, acl->pattern_type}].emplace_back();
    said.principal = acl->principal;
    said.host = acl->host;
    said.operation = static_cast<std::int8_t>(acl->operation);
    said.permission_type = static_cast<std::int8_t>(acl->permission);
  }
  Response response;
  for (auto& [pattern, said] : by_pattern) {
    auto& resource = response.resources.emplace_back();
    const auto& [type, name, pattern_type] = pattern;
    resource.resource_type = static_cast<std::int8_t>(type);
    resource.resource_name = name;
    resource.pattern_type = static_cast<std::int8_t>(pattern_type);
    resource.acls = std::move(said);
  }
  co_return response;
}

}  // namespace muir::server
