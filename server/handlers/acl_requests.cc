#include "server/handlers/acl_requests.h"

#include <algorithm>

#include "server/errc.h"
#include "server/handlers/request_context.h"
#include "server/handlers/services.h"
#include "wire/schema/create_acls_request.h"
#include "wire/schema/delete_acls_request.h"
#include "wire/schema/describe_acls_request.h"

namespace muir::server {
namespace {

template <class Filter>
bool has_unknown(const Filter& filter) {
  return filter.resource_type_filter == 0 || filter.pattern_type_filter == 0 || filter.operation == 0 ||
         filter.permission_type == 0;
}

}  // namespace

std::optional<AclRefusal> refusal_to_change_acls(RequestContext& ctx) {
  if (!ctx.may_cluster(auth::Operation::ALTER))
    return AclRefusal{wire::ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "Request needs ALTER permission."};
  if (!ctx.services().authorizer.is_configured())
    return AclRefusal{wire::ErrorCode::SECURITY_DISABLED, "No Authorizer is configured."};
  return std::nullopt;
}

Result<> accept(const wire::CreateAclsRequest& request) {
  const bool unknown = std::ranges::any_of(request.creations, [](const auto& creation) {
    return creation.resource_type == 0 || creation.resource_pattern_type == 0 || creation.operation == 0 ||
           creation.permission_type == 0;
  });
  if (unknown) return HandlerErrc::unknown_element;
  return ok();
}

Result<> accept(const wire::DeleteAclsRequest& request) {
  if (std::ranges::any_of(request.filters, has_unknown<wire::DeleteAclsRequest::DeleteAclsFilter>))
    return HandlerErrc::unknown_element;
  return ok();
}

Result<> accept(const wire::DescribeAclsRequest& request) {
  if (has_unknown(request)) return HandlerErrc::unknown_element;
  return ok();
}

}  // namespace muir::server
