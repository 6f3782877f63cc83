#include <set>

#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/delete_groups_request.h"
#include "wire/schema/delete_groups_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

Task<ErrorCode> delete_group(RequestContext& ctx, StoredGroupView id) {
  auto decide = [&](GroupMachine& machine, Moment, Effects& effects) { return machine.delete_group(id.id, effects); };
  const MetadataImagePtr image = ctx.services().metadata.image();
  const auto deleted = co_await ctx.services().groups->execute(image, id.id, decide);
  co_return deleted.error == ErrorCode::NONE ? deleted.value : deleted.error;
}

}  // namespace

// DeleteGroups (API key 42): groups without members go, with all their offsets.  Versions 0-2.
Task<wire::DeleteGroupsResponse> handle(RequestContext& ctx, const wire::DeleteGroupsRequest& request) {
  wire::DeleteGroupsResponse response;
  std::set<std::string_view> seen;
  std::vector<std::string_view> unauthorized;
  const auto answer = [&response](std::string_view group, ErrorCode error) {
    auto& result = response.results.emplace_back();
    result.group_id = group;
    result.error_code = error;
  };
  for (const std::string_view asked : request.groups_names) {
    if (!seen.insert(asked).second) continue;
    const StoredGroupView id = ctx.tenant().to_stored_group(asked);
    if (!ctx.may_group(auth::Operation::DELETE, id)) {
      unauthorized.push_back(asked);
      continue;
    }
    const ErrorCode error = co_await delete_group(ctx, id);
    answer(asked, error);
  }
  for (const std::string_view asked : unauthorized) answer(asked, ErrorCode::GROUP_AUTHORIZATION_FAILED);
  co_return response;
}

}  // namespace muir::server
