#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/sync_group_request.h"
#include "wire/schema/sync_group_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::SyncGroupResponse;

constexpr std::int16_t kFirstWithProtocol = 5;  // KIP-559.

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

SyncCommand command_of(RequestContext& ctx, const wire::SyncGroupRequest& request) {
  SyncCommand command{.group_id = std::string(ctx.tenant().to_stored_group(request.group_id).id),
                      .member_id = std::string(request.member_id),
                      .group_instance_id = owned(request.group_instance_id),
                      .generation_id = request.generation_id,
                      .protocol_type = owned(request.protocol_type),
                      .protocol_name = owned(request.protocol_name),
                      .assignments = {}};
  for (const auto& assigned : request.assignments) {
    command.assignments.insert_or_assign(std::string(assigned.member_id), share(assigned.assignment));
  }
  return command;
}

Response refuse(ErrorCode error) {
  Response response;
  response.error_code = error;
  return response;
}

}  // namespace

// SyncGroup (API key 14): the leader hands in the assignment, everybody takes their part of it.  Versions 0-5.
Task<Response> handle(RequestContext& ctx, const wire::SyncGroupRequest& request) {
  const bool lacks_protocol = !request.protocol_type || !request.protocol_name;
  if (ctx.api_version >= kFirstWithProtocol && lacks_protocol) {
    co_return refuse(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  }
  const StoredGroupView group = ctx.tenant().to_stored_group(request.group_id);
  if (!ctx.may_group(auth::Operation::READ, group)) co_return refuse(ErrorCode::GROUP_AUTHORIZATION_FAILED);
  if (group.id.empty()) co_return refuse(ErrorCode::INVALID_GROUP_ID);
  SyncCommand command = command_of(ctx, request);
  auto decide = [&command](GroupMachine& machine, SyncReply reply, Moment, Effects& effects) {
    machine.groups().sync(std::move(command), std::move(reply), effects);
  };
  const MetadataImagePtr image = ctx.services().metadata.image();
  auto synced = co_await ctx.services().groups->execute_and_wait<SyncResult>(image, group.id, decide);
  if (synced.error != ErrorCode::NONE) co_return refuse(synced.error);
  const auto result = std::make_shared<SyncResult>(std::move(synced.value));
  ctx.keep_alive(result);
  Response response;
  response.error_code = result->error;
  response.protocol_type = result->protocol_type;
  response.protocol_name = result->protocol_name;
  response.assignment = *result->assignment;
  co_return response;
}

}  // namespace muir::server
