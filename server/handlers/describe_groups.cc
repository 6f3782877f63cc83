#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/describe_groups_request.h"
#include "wire/schema/describe_groups_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Described = wire::DescribeGroupsResponse::DescribedGroup;

constexpr std::int16_t kFirstWithGroupIdNotFound = 6;  // KIP-1043.

void fill(RequestContext& ctx, GroupDescription described, Described& group) {
  const auto description = std::make_shared<GroupDescription>(std::move(described));
  ctx.keep_alive(description);
  group.group_state = description->state;
  group.protocol_type = description->protocol_type;
  group.protocol_data = description->protocol_data;
  for (const auto& member : description->members) {
    auto& shown = group.members.emplace_back();
    shown.member_id = member.member_id;
    shown.group_instance_id = member.group_instance_id;
    shown.client_id = member.client_id;
    shown.client_host = member.client_host;
    shown.member_metadata = *member.metadata;
    shown.member_assignment = *member.assignment;
  }
}

// A group that is not there is dead, or, to those who know the code, not found.
void fill_missing(RequestContext& ctx, StoredGroupView id, Described& group) {
  group.group_state = "Dead";
  if (ctx.api_version < kFirstWithGroupIdNotFound) return;
  group.error_code = ErrorCode::GROUP_ID_NOT_FOUND;
  group.error_message = ctx.keep("Group " + std::string(ctx.tenant().to_client(id)) + " not found.");
}

Task<void> describe(RequestContext& ctx, StoredGroupView id, bool with_operations, Described& group) {
  auto decide = [&](GroupMachine& machine, Moment, Effects&) { return machine.describe(id.id); };
  const MetadataImagePtr image = ctx.services().metadata.image();
  auto found = co_await ctx.services().groups->execute(image, id.id, decide);
  if (found.error != ErrorCode::NONE) {
    group.error_code = found.error;
  } else if (found.value) {
    fill(ctx, std::move(*found.value), group);
  } else {
    fill_missing(ctx, id, group);
  }
  if (with_operations && group.error_code == ErrorCode::NONE) {
    group.authorized_operations = ctx.authorized_operations({auth::ResourceType::GROUP, id.id});
  }
}

}  // namespace

// DescribeGroups (API key 15): state, members and assignments of classic groups.  Versions 0-6.
Task<wire::DescribeGroupsResponse> handle(RequestContext& ctx, const wire::DescribeGroupsRequest& request) {
  wire::DescribeGroupsResponse response;
  std::vector<std::string_view> authorized;
  for (const std::string_view asked : request.groups) {
    if (ctx.may_group(auth::Operation::DESCRIBE, ctx.tenant().to_stored_group(asked))) {
      authorized.push_back(asked);
      continue;
    }
    auto& group = response.groups.emplace_back();
    group.group_id = asked;
    group.error_code = ErrorCode::GROUP_AUTHORIZATION_FAILED;
  }
  for (const std::string_view asked : authorized) {
    Described group;
    group.group_id = asked;
    co_await describe(ctx, ctx.tenant().to_stored_group(asked), request.include_authorized_operations, group);
    response.groups.push_back(std::move(group));
  }
  co_return response;
}

}  // namespace muir::server
