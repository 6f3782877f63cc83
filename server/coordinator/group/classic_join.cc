#include "server/coordinator/group/classic_groups.h"
#include "server/coordinator/group/java_string.h"

// JoinGroup: who may come in, under which id, and whether that makes a rebalance.
namespace muir::server {

using wire::ErrorCode;

namespace {

// What an int16 before it can count.
constexpr std::size_t kMemberIdBytesMax = 32'767;

JoinResult refusal(ErrorCode error, std::string member_id = {}) {
  return {.error = error, .member_id = std::move(member_id), .members = {}};
}

}  // namespace

void ClassicGroups::join(JoinCommand command, JoinReply reply, Moment now, Effects& effects) {
  const bool is_new_group = !find(command.group_id);
  const bool is_unknown_member = command.member_id.empty();
  if (is_new_group && !is_unknown_member) {
    return effects.answer(reply, refusal(ErrorCode::UNKNOWN_MEMBER_ID, command.member_id));
  }
  ClassicGroup& group = get_or_create(command.group_id, now);
  if (!accepts(group, command.member_id)) {
    group.remove(command.member_id);
    effects.answer(reply, refusal(ErrorCode::GROUP_MAX_SIZE_REACHED));
  } else if (is_unknown_member) {
    join_new_member(group, command, std::move(reply), now, effects);
  } else {
    join_known_member(group, command, std::move(reply), now, effects);
  }
  // A group that was just made is written down at once, so that it is there after a restart.
  if (is_new_group && effects.records.empty()) {
    effects.records.push_back(ClassicGroup(command.group_id, now.wall_ms).to_record({}));
    effects.stored = [this, group_id = command.group_id](std::optional<ErrorCode> failure, Moment, Effects& then) {
      const ClassicGroup* made = failure ? find(group_id) : nullptr;
      if (made && !made->is_stored()) forget(group_id, *failure, then);
    };
  }
}

bool ClassicGroups::accepts(const ClassicGroup& group, std::string_view member_id) const {
  const auto size_max = static_cast<std::size_t>(settings_.group_max_size);
  const auto found = group.members().find(member_id);
  const bool is_member = found != group.members().end();
  switch (group.state()) {
    case ClassicState::empty:
      return true;
    case ClassicState::preparing_rebalance:
      // Those who wait count, not the members: so a group that is too large loses those who come last.
      return (is_member && found->second.awaiting_join) || group.awaiting_join() < size_max;
    case ClassicState::completing_rebalance:
    case ClassicState::stable:
      return is_member || group.members().size() < size_max;
  }
  return false;
}

void ClassicGroups::join_new_member(ClassicGroup& group, JoinCommand& command, JoinReply reply, Moment now,
                                    Effects& effects) {
  if (!group.supports(command.protocol_type, command.protocols)) {
    return effects.answer(reply, refusal(ErrorCode::INCONSISTENT_GROUP_PROTOCOL));
  }
  std::string new_id = command.group_instance_id.value_or(command.client_id) + "-" + java_text(new_id_());
  // No field could carry it.
  if (new_id.size() > kMemberIdBytesMax) return effects.answer(reply, refusal(ErrorCode::UNKNOWN_SERVER_ERROR));
  if (command.group_instance_id) return join_static_member(group, command, std::move(reply), new_id, now, effects);
  if (!command.requires_known_member_id) {
    return add_member(group, command, std::move(new_id), std::move(reply), now, effects);
  }
  // A client that never comes back must not hold up a rebalance: it gets its id first, and joins with it.
  group.set_pending(new_id);
  set_timer(GroupTimers::Kind::heartbeat, group, new_id, now, command.session_timeout);
  effects.answer(reply, refusal(ErrorCode::MEMBER_ID_REQUIRED, new_id));
}

void ClassicGroups::join_static_member(ClassicGroup& group, JoinCommand& command, JoinReply reply, std::string new_id,
                                       Moment now, Effects& effects) {
  if (group.static_member(*command.group_instance_id)) {
    return replace_static_member(group, command, std::move(reply), new_id, now, effects);
  }
  add_member(group, command, std::move(new_id), std::move(reply), now, effects);
}

void ClassicGroups::replace_static_member(ClassicGroup& group, JoinCommand& command, JoinReply reply,
                                          const std::string& new_id, Moment now, Effects& effects) {
  const auto leader_before = group.leader();
  const std::string old_id = *group.static_member(*command.group_instance_id);
  ClassicMember& member = group.replace_static_member(*command.group_instance_id, old_id, new_id, effects);
  // The old id's timer finds nobody.
  restart_session(group, member, now);
  ClassicMember before = member;
  before.member_id = old_id;
  group.update(member, std::move(command.protocols), command.rebalance_timeout, command.session_timeout,
               std::move(reply), effects);
  switch (group.state()) {
    case ClassicState::stable:
      if (group.protocol_name().value_or("") == group.select_protocol()) {
        return store_static_member(group,
                                   {.group_id = command.group_id,
                                    .member_id = new_id,
                                    .group_instance_id = command.group_instance_id,
                                    .protocols = {},
                                    .skips_assignment = command.skips_assignment},
                                   std::move(before), leader_before, effects);
      }
      return rebalance_or_complete_join(group, now, effects);
    case ClassicState::completing_rebalance:
      // The leader may be assigning to the old id.
      return prepare_rebalance(group, now, effects);
    case ClassicState::preparing_rebalance:
    case ClassicState::empty:
      return complete_join_if_all(group, now, effects);
  }
}

void ClassicGroups::store_static_member(ClassicGroup& group, const JoinCommand& command, ClassicMember before,
                                        std::optional<std::string> leader_before, Effects& effects) {
  effects.records.push_back(group.to_record(group.assignments()));
  effects.stored = [this, command, before = std::move(before), leader_before](std::optional<ErrorCode> failure,
                                                                              Moment now, Effects& then) {
    ClassicGroup* group = find(command.group_id);
    ClassicMember* member = group ? group->find(command.member_id) : nullptr;
    if (!member) return;
    const bool is_leader = group->is_leader(command.member_id);
    if (!failure) {
      JoinResult result = group->current_generation(command.member_id, is_leader && command.skips_assignment);
      if (!command.skips_assignment) result.leader = leader_before.value_or("");
      result.skip_assignment = is_leader && command.skips_assignment;
      group->answer_join(*member, std::move(result), then);
      return;
    }
    JoinResult result = group->current_generation("", false);
    result.leader = leader_before.value_or("");
    result.error = *failure;
    group->answer_join(*member, std::move(result), then);
    group->update(*member, before.protocols, before.rebalance_timeout, before.session_timeout, nullptr, then);
    ClassicMember& old =
        group->replace_static_member(*command.group_instance_id, command.member_id, before.member_id, then);
    restart_session(*group, old, now);
  };
}

void ClassicGroups::join_known_member(ClassicGroup& group, JoinCommand& command, JoinReply reply, Moment now,
                                      Effects& effects) {
  if (!group.supports(command.protocol_type, command.protocols)) {
    return effects.answer(reply, refusal(ErrorCode::INCONSISTENT_GROUP_PROTOCOL, command.member_id));
  }
  if (group.is_pending(command.member_id)) {
    // An id that was given out is nobody's instance.
    if (command.group_instance_id) return effects.answer(reply, refusal(ErrorCode::UNKNOWN_SERVER_ERROR));
    return add_member(group, command, command.member_id, std::move(reply), now, effects);
  }
  const ErrorCode error = group.validate_member(command.member_id, command.group_instance_id);
  if (error != ErrorCode::NONE) {
    JoinResult result = refusal(error, command.member_id);
    result.protocol_name.reset();
    return effects.answer(reply, std::move(result));
  }
  rejoin(group, *group.find(command.member_id), command, std::move(reply), now, effects);
}

void ClassicGroups::rejoin(ClassicGroup& group, ClassicMember& member, JoinCommand& command, JoinReply reply,
                           Moment now, Effects& effects) {
  const bool is_leader = group.is_leader(member.member_id);
  const bool is_same = member.protocols == command.protocols;
  switch (group.state()) {
    case ClassicState::preparing_rebalance:
      return update_member(group, member, command, std::move(reply), now, effects);
    case ClassicState::completing_rebalance:
      // Unchanged: it has not got our answer.
      if (!is_same) return update_member(group, member, command, std::move(reply), now, effects);
      return effects.answer(reply, group.current_generation(member.member_id, is_leader));
    case ClassicState::stable:
      // A leader that joins again has seen a change that its metadata does not show, new partitions say.
      if (is_leader || !is_same) return update_member(group, member, command, std::move(reply), now, effects);
      return effects.answer(reply, group.current_generation(member.member_id, false));
    case ClassicState::empty:
      return effects.answer(reply, refusal(ErrorCode::UNKNOWN_MEMBER_ID, member.member_id));
  }
}

void ClassicGroups::update_member(ClassicGroup& group, ClassicMember& member, JoinCommand& command, JoinReply reply,
                                  Moment now, Effects& effects) {
  // Whoever waited under this id before has given up.
  group.update(member, std::move(command.protocols), command.rebalance_timeout, command.session_timeout,
               std::move(reply), effects);
  rebalance_or_complete_join(group, now, effects);
}

void ClassicGroups::add_member(ClassicGroup& group, JoinCommand& command, std::string member_id, JoinReply reply,
                               Moment now, Effects& effects) {
  ClassicMember member;
  member.member_id = member_id;
  member.group_instance_id = command.group_instance_id;
  member.client_id = command.client_id;
  member.client_host = command.client_host;
  member.rebalance_timeout = command.rebalance_timeout;
  member.session_timeout = command.session_timeout;
  member.protocol_type = command.protocol_type;
  member.protocols = std::move(command.protocols);
  member.is_new = true;
  member.awaiting_join = std::move(reply);
  if (group.is(ClassicState::preparing_rebalance) && group.previous_state() == ClassicState::empty) {
    group.new_member_added = true;
  }
  group.add(std::move(member));
  // It cannot send heartbeats while its join is parked, and a client that has gone away is not noticed: so the join
  // itself has a limit.
  set_timer(GroupTimers::Kind::heartbeat, group, std::move(member_id), now, settings_.new_member_join_timeout);
  rebalance_or_complete_join(group, now, effects);
}

}  // namespace muir::server
