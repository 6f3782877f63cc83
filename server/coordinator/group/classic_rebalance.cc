#include <algorithm>

#include "server/coordinator/group/classic_groups.h"

// From the first member that joins to a generation that everybody knows.
namespace muir::server {

using wire::ErrorCode;

void ClassicGroups::rebalance_or_complete_join(ClassicGroup& group, Moment now, Effects& effects) {
  if (group.can_rebalance()) {
    prepare_rebalance(group, now, effects);
  } else {
    complete_join_if_all(group, now, effects);
  }
}

void ClassicGroups::complete_join_if_all(ClassicGroup& group, Moment now, Effects& effects) {
  if (!group.is(ClassicState::preparing_rebalance)) return;
  // The first rebalance waits for its delay, whoever has come.
  if (group.previous_state() == ClassicState::empty) return;
  if (group.all_have_joined()) complete_join(group, now, effects);
}

void ClassicGroups::prepare_rebalance(ClassicGroup& group, Moment now, Effects& effects) {
  if (group.is(ClassicState::completing_rebalance)) {
    for (auto& [id, member] : group.members()) member.assignment = share({});
    propagate_assignment(group, ErrorCode::REBALANCE_IN_PROGRESS, now, effects);
  }
  group.pending_sync.clear();
  cancel_timer(GroupTimers::Kind::sync, group);

  const bool is_initial = group.is(ClassicState::empty);
  if (is_initial) {
    const Milliseconds delay = settings_.initial_rebalance_delay;
    group.initial_delay = {delay, std::max(group.rebalance_timeout() - delay, Milliseconds::zero())};
    set_timer(GroupTimers::Kind::join, group, {}, now, delay);
  }
  group.transition_to(ClassicState::preparing_rebalance, now.wall_ms);
  if (is_initial) return;
  if (group.all_have_joined()) return complete_join(group, now, effects);
  group.initial_delay.reset();
  set_timer(GroupTimers::Kind::join, group, {}, now, group.rebalance_timeout());
}

void ClassicGroups::end_initial_delay(ClassicGroup& group, Moment now, Effects& effects) {
  const ClassicGroup::InitialDelay ended = *group.initial_delay;
  if (!group.new_member_added || ended.remaining == Milliseconds::zero()) return complete_join(group, now, effects);
  group.new_member_added = false;
  const Milliseconds delay = std::min(settings_.initial_rebalance_delay, ended.remaining);
  group.initial_delay = {delay, std::max(ended.remaining - ended.delay, Milliseconds::zero())};
  set_timer(GroupTimers::Kind::join, group, {}, now, delay);
}

void ClassicGroups::complete_join(ClassicGroup& group, Moment now, Effects& effects) {
  cancel_timer(GroupTimers::Kind::join, group);
  group.initial_delay.reset();
  remove_late_members(group);
  if (!group.elect_joined_leader() && !group.members().empty()) {
    // Only static members are left, and none has come: their sessions will end, or one comes.
    set_timer(GroupTimers::Kind::join, group, {}, now, group.rebalance_timeout());
    return;
  }
  group.init_next_generation(now.wall_ms);
  if (group.is(ClassicState::empty)) {
    // Lost, it would bring back the generation before, whose members are gone: their sessions end it again.
    effects.records.push_back(group.to_record({}));
    return;
  }
  begin_generation(group, now, effects);
}

void ClassicGroups::remove_late_members(ClassicGroup& group) {
  std::vector<std::string> late;
  for (const auto& [id, member] : group.members()) {
    if (!member.awaiting_join && !member.is_static()) late.push_back(id);
  }
  for (const std::string& id : late) {
    group.remove(id);
    cancel_timer(GroupTimers::Kind::heartbeat, group, id);
  }
}

void ClassicGroups::begin_generation(ClassicGroup& group, Moment now, Effects& effects) {
  for (auto& [id, member] : group.members()) {
    group.answer_join(member, group.current_generation(id, group.is_leader(id)), effects);
    restart_session(group, member, now);
    member.is_new = false;
    group.pending_sync.insert(id);
  }
  set_timer(GroupTimers::Kind::sync, group, {}, now, group.rebalance_timeout());
}

void ClassicGroups::expire_sync(ClassicGroup& group, Moment now, Effects& effects) {
  const bool is_waiting = group.is(ClassicState::completing_rebalance) || group.is(ClassicState::stable);
  if (!is_waiting || group.pending_sync.empty()) return;
  const auto late = group.pending_sync;
  for (const std::string& id : late) {
    group.remove(id);
    cancel_timer(GroupTimers::Kind::heartbeat, group, id);
  }
  prepare_rebalance(group, now, effects);
}

}  // namespace muir::server
