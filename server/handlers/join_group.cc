#include "server/coordinator/group_coordinator.h"
#include "server/handlers/handlers.h"
#include "server/handlers/services.h"
#include "server/publishing/metadata_cache.h"
#include "wire/schema/join_group_request.h"
#include "wire/schema/join_group_response.h"

namespace muir::server {
namespace {

using wire::ErrorCode;
using Response = wire::JoinGroupResponse;

constexpr std::int16_t kFirstWithKnownMemberId = 4;  // KIP-394.
constexpr std::int16_t kFirstNullableProtocol = 7;
constexpr std::int16_t kFirstSkippingAssignment = 9;  // KIP-814.

JoinCommand command_of(RequestContext& ctx, const wire::JoinGroupRequest& request) {
  JoinCommand command;
  command.group_id = ctx.tenant().to_stored_group(request.group_id).id;
  command.member_id = request.member_id;
  if (request.group_instance_id) command.group_instance_id = *request.group_instance_id;
  command.protocol_type = request.protocol_type;
  for (const auto& protocol : request.protocols) {
    command.protocols.push_back({std::string(protocol.name), share(protocol.metadata)});
  }
  command.session_timeout = Milliseconds(request.session_timeout_ms);
  // Version 0 has one time-out for both.
  command.rebalance_timeout =
      Milliseconds(ctx.api_version == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms);
  command.client_id = ctx.client_id;
  command.client_host = "/" + ctx.session().client_host;
  command.requires_known_member_id = ctx.api_version >= kFirstWithKnownMemberId;
  command.skips_assignment = ctx.api_version >= kFirstSkippingAssignment;
  return command;
}

Response to_response(RequestContext& ctx, JoinResult joined) {
  const auto result = std::make_shared<JoinResult>(std::move(joined));
  ctx.keep_alive(result);
  Response response;
  response.error_code = result->error;
  response.generation_id = result->generation_id;
  response.protocol_type = result->protocol_type;
  response.protocol_name = result->protocol_name;
  // "No protocol" is null where the version has a null, and empty before.
  const bool has_null = ctx.api_version >= kFirstNullableProtocol;
  if (!has_null && !response.protocol_name) response.protocol_name = "";
  if (has_null && response.protocol_name && response.protocol_name->empty()) response.protocol_name.reset();
  response.leader = result->leader;
  response.skip_assignment = result->skip_assignment;
  response.member_id = result->member_id;
  for (const auto& member : result->members) {
    auto& named = response.members.emplace_back();
    named.member_id = member.member_id;
    named.group_instance_id = member.group_instance_id;
    named.metadata = *member.metadata;
  }
  return response;
}

Response refuse(RequestContext& ctx, ErrorCode error, std::string_view member_id) {
  return to_response(ctx, {.error = error, .member_id = std::string(member_id), .members = {}});
}

}  // namespace

// JoinGroup (API key 11): a member comes into a classic group, and waits until all have come.  Versions 0-9.
Task<Response> handle(RequestContext& ctx, const wire::JoinGroupRequest& request) {
  GroupCoordinator& groups = *ctx.services().groups;
  const StoredGroupView group = ctx.tenant().to_stored_group(request.group_id);
  if (!ctx.may_group(auth::Operation::READ, group)) co_return refuse(ctx, ErrorCode::GROUP_AUTHORIZATION_FAILED, "");
  if (group.id.empty()) co_return refuse(ctx, ErrorCode::INVALID_GROUP_ID, request.member_id);
  const Milliseconds session_timeout(request.session_timeout_ms);
  const GroupSettings& settings = groups.settings();
  if (session_timeout < settings.session_timeout_min || session_timeout > settings.session_timeout_max) {
    co_return refuse(ctx, ErrorCode::INVALID_SESSION_TIMEOUT, request.member_id);
  }
  JoinCommand command = command_of(ctx, request);
  auto decide = [&command](GroupMachine& machine, JoinReply reply, Moment now, Effects& effects) {
    machine.groups().join(std::move(command), std::move(reply), now, effects);
  };
  const MetadataImagePtr image = ctx.services().metadata.image();
  auto joined = co_await groups.execute_and_wait<JoinResult>(image, group.id, decide);
  if (joined.error != ErrorCode::NONE) co_return refuse(ctx, joined.error, "");
  co_return to_response(ctx, std::move(joined.value));
}

}  // namespace muir::server
