#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/heartbeat_request.h"
#include "wire/schema/heartbeat_response.h"

namespace muir::server {

using wire::ErrorCode;

// Heartbeat (API key 12): keeps a member of a classic group alive.  Versions 0-4; static members since 3 (KIP-345).
Task<wire::HeartbeatResponse> handle(RequestContext& ctx, const wire::HeartbeatRequest& request) {
  wire::HeartbeatResponse response;
  const StoredGroupView group = ctx.tenant().to_stored_group(request.group_id);
  if (!ctx.may_group(auth::Operation::READ, group)) {
    response.error_code = ErrorCode::GROUP_AUTHORIZATION_FAILED;
    co_return response;
  }
  if (group.id.empty()) {
    response.error_code = ErrorCode::INVALID_GROUP_ID;
    co_return response;
  }
  auto decide = [&](GroupMachine& machine, Moment now, Effects&) {
    const MemberIdentity member{request.member_id, request.group_instance_id};
    return machine.groups().heartbeat(group.id, member, request.generation_id, now);
  };
  const MetadataImagePtr image = ctx.services().metadata.image();
  const auto beat = co_await ctx.services().groups->execute(image, group.id, decide);
  // While the group is being loaded nobody can tell; its members need not give up.
  const bool is_loading = beat.error == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
  response.error_code = beat.error == ErrorCode::NONE ? beat.value : is_loading ? ErrorCode::NONE : beat.error;
  co_return response;
}

}  // namespace muir::server
