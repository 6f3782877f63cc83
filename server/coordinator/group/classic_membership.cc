#include "server/coordinator/group/classic_groups.h"

// Heartbeat, LeaveGroup, and the end of a session.
namespace muir::server {

using wire::ErrorCode;

ErrorCode ClassicGroups::heartbeat(std::string_view group_id, MemberIdentity identity, std::int32_t generation,
                                   Moment now) {
  ClassicGroup* group = find(group_id);
  if (!group) return ErrorCode::UNKNOWN_MEMBER_ID;
  const ErrorCode error = group->validate_member(identity.member_id, identity.group_instance_id);
  if (error != ErrorCode::NONE) return error;
  if (generation != group->generation_id()) return ErrorCode::ILLEGAL_GENERATION;
  if (group->is(ClassicState::empty)) return ErrorCode::UNKNOWN_MEMBER_ID;
  restart_session(*group, *group->find(identity.member_id), now);
  return group->is(ClassicState::preparing_rebalance) ? ErrorCode::REBALANCE_IN_PROGRESS : ErrorCode::NONE;
}

std::optional<std::vector<ErrorCode>> ClassicGroups::leave(std::string_view group_id,
                                                           const std::vector<MemberIdentity>& members, Moment now,
                                                           Effects& effects) {
  ClassicGroup* group = find(group_id);
  if (!group) return std::nullopt;
  std::vector<ErrorCode> codes;
  bool has_left = false;
  for (const MemberIdentity& identity : members) {
    codes.push_back(leave_one(*group, identity, effects));
    has_left |= codes.back() == ErrorCode::NONE;
  }
  if (!has_left) return codes;
  if (group->is(ClassicState::preparing_rebalance)) {
    complete_join_if_all(*group, now, effects);
  } else if (!group->is(ClassicState::empty)) {
    rebalance_or_complete_join(*group, now, effects);
  }
  return codes;
}

ErrorCode ClassicGroups::leave_one(ClassicGroup& group, const MemberIdentity& identity, Effects& effects) {
  if (identity.member_id.empty()) {
    // An administrator removes a static member by its instance (KIP-345).
    const std::string* id = identity.group_instance_id ? group.static_member(*identity.group_instance_id) : nullptr;
    if (!id) return ErrorCode::UNKNOWN_MEMBER_ID;
    remove_member(group, *group.find(*id), effects);
    return ErrorCode::NONE;
  }
  if (group.is_pending(identity.member_id)) {
    group.remove(identity.member_id);
    cancel_timer(GroupTimers::Kind::heartbeat, group, std::string(identity.member_id));
    return ErrorCode::NONE;
  }
  const ErrorCode error = group.validate_member(identity.member_id, identity.group_instance_id);
  if (error == ErrorCode::NONE) remove_member(group, *group.find(identity.member_id), effects);
  return error;
}

void ClassicGroups::remove_member(ClassicGroup& group, ClassicMember& member, Effects& effects) {
  cancel_timer(GroupTimers::Kind::heartbeat, group, member.member_id);
  // Its client, if it still lives, joins anew.
  group.answer_join(member, {.error = ErrorCode::UNKNOWN_MEMBER_ID, .members = {}}, effects);
  group.answer_sync(member, {.error = ErrorCode::UNKNOWN_MEMBER_ID}, effects);
  group.remove(member.member_id);
}

void ClassicGroups::expire_session(ClassicGroup& group, const std::string& member_id, Moment now, Effects& effects) {
  if (group.is_pending(member_id)) {
    group.remove(member_id);
  } else {
    ClassicMember* member = group.find(member_id);
    if (!member || member->has_satisfied_heartbeat()) return;
    remove_member(group, *member, effects);
    if (group.is(ClassicState::stable) || group.is(ClassicState::completing_rebalance)) {
      return rebalance_or_complete_join(group, now, effects);
    }
  }
  if (group.is(ClassicState::preparing_rebalance) && group.all_have_joined()) complete_join(group, now, effects);
}

}  // namespace muir::server
