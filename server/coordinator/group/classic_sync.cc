#include "server/coordinator/group/classic_groups.h"

// SyncGroup: the leader's assignment is written down, then everybody gets their part.
namespace muir::server {

using wire::ErrorCode;

namespace {

bool contradicts(const std::optional<std::string>& said, const std::optional<std::string>& known) {
  return said && known && *said != *known;
}

}  // namespace

void ClassicGroups::sync(SyncCommand command, SyncReply reply, Effects& effects) {
  ClassicGroup* group = find(command.group_id);
  if (!group || group->is(ClassicState::empty)) return effects.answer(reply, SyncResult{ErrorCode::UNKNOWN_MEMBER_ID});
  const ErrorCode error = validate_sync(*group, command);
  if (error != ErrorCode::NONE) return effects.answer(reply, SyncResult{error});

  ClassicMember& member = *group->find(command.member_id);
  switch (group->state()) {
    case ClassicState::preparing_rebalance:
      return effects.answer(reply, SyncResult{ErrorCode::REBALANCE_IN_PROGRESS});
    case ClassicState::completing_rebalance:
      group->answer_sync(member, {.error = ErrorCode::REBALANCE_IN_PROGRESS}, effects);  // It has sent another.
      member.awaiting_sync = std::move(reply);
      synced(*group, command.member_id);
      if (group->is_leader(command.member_id)) store_assignment(*group, command, effects);
      return;
    case ClassicState::stable:
      synced(*group, command.member_id);
      return effects.answer(
          reply, SyncResult{ErrorCode::NONE, group->protocol_type(), group->protocol_name(), member.assignment});
    case ClassicState::empty:
      return;
  }
}

ErrorCode ClassicGroups::validate_sync(const ClassicGroup& group, const SyncCommand& command) const {
  const ErrorCode error = group.validate_member(command.member_id, command.group_instance_id);
  if (error != ErrorCode::NONE) return error;
  if (command.generation_id != group.generation_id()) return ErrorCode::ILLEGAL_GENERATION;
  if (contradicts(command.protocol_type, group.protocol_type()) ||
      contradicts(command.protocol_name, group.protocol_name())) {
    return ErrorCode::INCONSISTENT_GROUP_PROTOCOL;
  }
  return ErrorCode::NONE;
}

void ClassicGroups::synced(ClassicGroup& group, const std::string& member_id) {
  group.pending_sync.erase(member_id);
  if (group.pending_sync.empty()) cancel_timer(GroupTimers::Kind::sync, group);
}

void ClassicGroups::store_assignment(ClassicGroup& group, SyncCommand& command, Effects& effects) {
  effects.records.push_back(group.to_record(command.assignments));
  effects.stored = [this, group_id = group.group_id(), generation = group.generation_id(),
                    assignments = std::move(command.assignments)](std::optional<ErrorCode> failure, Moment now,
                                                                  Effects& then) {
    assignment_stored(group_id, generation, assignments, failure, now, then);
  };
}

void ClassicGroups::assignment_stored(const std::string& group_id, std::int32_t generation,
                                      const ClassicGroup::Assignments& assignments, std::optional<ErrorCode> failure,
                                      Moment now, Effects& effects) {
  ClassicGroup* group = find(group_id);
  // Somebody may have joined meanwhile: then the next generation is on its way.
  if (!group || !group->is(ClassicState::completing_rebalance) || group->generation_id() != generation) return;
  for (auto& [id, member] : group->members()) {
    const auto assigned = failure ? assignments.end() : assignments.find(id);
    member.assignment = assigned == assignments.end() ? share({}) : assigned->second;
  }
  propagate_assignment(*group, failure.value_or(ErrorCode::NONE), now, effects);
  if (failure) return rebalance_or_complete_join(*group, now, effects);
  group->transition_to(ClassicState::stable, now.wall_ms);
}

void ClassicGroups::propagate_assignment(ClassicGroup& group, ErrorCode error, Moment now, Effects& effects) {
  for (auto& [id, member] : group.members()) {
    SyncResult result{.error = error, .assignment = member.assignment};
    if (error == ErrorCode::NONE) {
      result.protocol_type = group.protocol_type();
      result.protocol_name = group.protocol_name();
    }
    // While it waited, the end of its session was ignored: a new one begins.
    if (group.answer_sync(member, std::move(result), effects)) restart_session(group, member, now);
  }
}

}  // namespace muir::server
