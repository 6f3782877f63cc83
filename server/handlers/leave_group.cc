#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/leave_group_request.h"
#include "wire/schema/leave_group_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::LeaveGroupResponse;

constexpr std::int16_t kFirstWithMembers = 3;  // KIP-345: several at once, by their instance too.

std::vector<MemberIdentity> members_of(const RequestContext& ctx, const wire::LeaveGroupRequest& request) {
  if (ctx.api_version < kFirstWithMembers) return {{request.member_id, std::nullopt}};
  std::vector<MemberIdentity> members;
  for (const auto& member : request.members) members.push_back({member.member_id, member.group_instance_id});
  return members;
}

Response refuse(ErrorCode error) {
  Response response;
  response.error_code = error;
  return response;
}

}  // namespace

// LeaveGroup (API key 13): members go, or an administrator removes them.  Versions 0-5.
Task<Response> handle(RequestContext& ctx, const wire::LeaveGroupRequest& request) {
  const StoredGroupView group = ctx.tenant().to_stored_group(request.group_id);
  if (!ctx.may_group(auth::Operation::READ, group)) co_return refuse(ErrorCode::GROUP_AUTHORIZATION_FAILED);
  if (group.id.empty()) co_return refuse(ErrorCode::INVALID_GROUP_ID);
  const std::vector<MemberIdentity> members = members_of(ctx, request);
  auto decide = [&](GroupMachine& machine, Moment now, Effects& effects) {
    return machine.groups().leave(group.id, members, now, effects);
  };
  const MetadataImagePtr image = ctx.services().metadata.image();
  const auto left = co_await ctx.services().groups->execute(image, group.id, decide);
  if (left.error != ErrorCode::NONE) co_return refuse(left.error);
  // No such group: nobody of it.
  const auto codes = left.value.value_or(std::vector<ErrorCode>(members.size(), ErrorCode::UNKNOWN_MEMBER_ID));
  if (ctx.api_version < kFirstWithMembers) co_return refuse(codes.front());
  Response response;
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto& member = response.members.emplace_back();
    member.member_id = members[i].member_id;
    member.group_instance_id = members[i].group_instance_id;
    member.error_code = codes[i];
  }
  co_return response;
}

}  // namespace muir::server
