#include "server/coordinator/group/classic_groups.h"

namespace muir::server {

using wire::ErrorCode;

const ClassicGroup* ClassicGroups::find(std::string_view group_id) const {
  const auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : &found->second;
}

ClassicGroup* ClassicGroups::find(std::string_view group_id) {
  const auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : &found->second;
}

ClassicGroup& ClassicGroups::get_or_create(std::string_view group_id, Moment now) {
  if (ClassicGroup* group = find(group_id)) return *group;
  return groups_.emplace(std::string(group_id), ClassicGroup(std::string(group_id), now.wall_ms)).first->second;
}

void ClassicGroups::set_timer(GroupTimers::Kind kind, const ClassicGroup& group, std::string member, Moment now,
                              Milliseconds timeout) {
  timers_.set({kind, group.group_id(), std::move(member)}, now.instant + timeout);
}

void ClassicGroups::cancel_timer(GroupTimers::Kind kind, const ClassicGroup& group, std::string member) {
  timers_.cancel({kind, group.group_id(), std::move(member)});
}

void ClassicGroups::restart_session(ClassicGroup& group, ClassicMember& member, Moment now) {
  set_timer(GroupTimers::Kind::heartbeat, group, member.member_id, now, member.session_timeout);
}

namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

ClassicMember member_of(const wire::GroupMetadataValue& value, const wire::GroupMetadataValue::MemberMetadata& stored) {
  ClassicMember member;
  member.member_id = stored.member_id;
  member.group_instance_id = owned(stored.group_instance_id);
  member.client_id = stored.client_id;
  member.client_host = stored.client_host;
  const auto rebalance = stored.rebalance_timeout == -1 ? stored.session_timeout : stored.rebalance_timeout;
  member.rebalance_timeout = Milliseconds(rebalance);
  member.session_timeout = Milliseconds(stored.session_timeout);
  member.protocol_type = value.protocol_type;
  member.protocols = {{std::string(value.protocol.value_or("")), share(stored.subscription)}};
  member.assignment = share(stored.assignment);
  return member;
}

}  // namespace

void ClassicGroups::replay(const GroupMetadataRecord& record, bool is_live) {
  const std::string group_id(record.group);
  if (!record.value) return erase(group_id);
  if (is_live) {
    // The group that wrote it has gone on since it did: members join while it is on its way.
    if (ClassicGroup* group = find(group_id)) group->set_stored();
    return;
  }
  const wire::GroupMetadataValue& value = *record.value;
  ClassicGroup::Stored stored{.generation = value.generation,
                              .protocol_name = owned(value.protocol),
                              .leader = owned(value.leader),
                              .members = {}};
  if (!value.protocol_type.empty()) stored.protocol_type = value.protocol_type;
  if (value.current_state_timestamp != -1) stored.state_since_ms = value.current_state_timestamp;
  for (const auto& member : value.members) stored.members.push_back(member_of(value, member));
  groups_.insert_or_assign(group_id, ClassicGroup::restore(group_id, std::move(stored)));
}

void ClassicGroups::loaded(Moment now, Effects& effects) {
  for (auto& [id, group] : groups_) {
    for (auto& [member_id, member] : group.members()) restart_session(group, member, now);
    // The limit may have been lowered since.
    if (group.members().size() > static_cast<std::size_t>(settings_.group_max_size)) {
      prepare_rebalance(group, now, effects);
    }
  }
}

void ClassicGroups::unloaded(Effects& effects) {
  for (auto& [id, group] : groups_) {
    for (auto& [member_id, member] : group.members()) {
      group.answer_join(member, {.error = ErrorCode::NOT_COORDINATOR, .member_id = member_id, .members = {}}, effects);
      group.answer_sync(member, {.error = ErrorCode::NOT_COORDINATOR}, effects);
    }
  }
  groups_.clear();
  timers_ = GroupTimers();
}

void ClassicGroups::forget(const std::string& group_id, ErrorCode error, Effects& effects) {
  ClassicGroup* group = find(group_id);
  if (!group) return;
  for (auto& [id, member] : group->members()) {
    group->answer_join(member, {.error = error, .members = {}}, effects);
    group->answer_sync(member, {.error = error}, effects);
  }
  erase(group_id);
}

void ClassicGroups::erase(const std::string& group_id) {
  const ClassicGroup* group = find(group_id);
  if (!group) return;
  cancel_timer(GroupTimers::Kind::join, *group);
  cancel_timer(GroupTimers::Kind::sync, *group);
  for (const auto& [id, member] : group->members()) cancel_timer(GroupTimers::Kind::heartbeat, *group, id);
  groups_.erase(group_id);
}

void ClassicGroups::expire(const GroupTimers::Key& key, Moment now, Effects& effects) {
  ClassicGroup* group = find(key.group);
  if (!group) return;
  switch (key.kind) {
    case GroupTimers::Kind::heartbeat:
      return expire_session(*group, key.member, now, effects);
    case GroupTimers::Kind::join:
      return group->initial_delay ? end_initial_delay(*group, now, effects) : complete_join(*group, now, effects);
    case GroupTimers::Kind::sync:
      return expire_sync(*group, now, effects);
  }
}

}  // namespace muir::server
