#include "server/coordinator/group/group_machine.h"

#include <algorithm>

namespace muir::server {

bool GroupMachine::replay(const ReplayedRecord& record, bool is_live) {
  const auto parsed = parse_group_record(record.key, record.value);
  if (!parsed) return false;
  if (const auto* group = std::get_if<GroupMetadataRecord>(&*parsed)) {
    groups_.replay(*group, is_live);
  } else if (const auto* commit = std::get_if<OffsetCommitRecord>(&*parsed)) {
    // Somebody who commits without joining has a group all the same: a simple one.
    if (commit->value) groups_.get_or_create(commit->group, {{}, now_ms_}).set_stored();
    offsets_.replay(*commit, record.offset, record.producer_id);
  }
  return true;
}

void GroupMachine::replay_end_of_transaction(ProducerId producer, bool is_commit) {
  offsets_.end_of_transaction(producer, is_commit);
}

void GroupMachine::loaded(Moment now, Effects& effects) {
  now_ms_ = now.wall_ms;
  next_expiry_ = now.instant + settings_.retention_check_interval;
  groups_.loaded(now, effects);
}

void GroupMachine::unloaded(Effects& effects) {
  groups_.unloaded(effects);
  offsets_ = CommittedOffsets();
  next_expiry_.reset();
}

std::optional<Instant> GroupMachine::next_deadline() const {
  const auto timer = groups_.timers().next();
  if (!timer || !next_expiry_) return timer ? timer : next_expiry_;
  return std::min(*timer, *next_expiry_);
}

void GroupMachine::tick(Moment now, Effects& effects) {
  now_ms_ = now.wall_ms;
  if (const auto due = groups_.timers().take_due(now.instant)) return groups_.expire(*due, now, effects);
  if (!next_expiry_ || *next_expiry_ > now.instant) return;
  next_expiry_ = now.instant + settings_.retention_check_interval;
  remove_expired(now, effects);
}

}  // namespace muir::server
