#include "storage/raft/voter_set.h"

#include <utility>

namespace muir::storage {

VoterSet::VoterSet(std::vector<Voter> voters) {
  for (auto& voter : voters) voters_.emplace(voter.key.id, std::move(voter));
}

const Voter* VoterSet::find(NodeId id) const {
  const auto found = voters_.find(id);
  return found == voters_.end() ? nullptr : &found->second;
}

bool VoterSet::is_voter(const ReplicaKey& replica) const {
  const Voter* voter = find(replica.id);
  return voter != nullptr && voter->is(replica);
}

std::vector<NodeId> VoterSet::ids() const {
  std::vector<NodeId> ids;
  for (const auto& [id, voter] : voters_) ids.push_back(id);
  return ids;
}

bool VoterSet::needs_update(const Voter& voter) const {
  const Voter* known = find(voter.key.id);
  return known != nullptr && known->is(voter.key) && *known != voter;
}

std::optional<VoterSet> VoterSet::updated(const Voter& voter) const {
  if (!is_voter(voter.key)) return std::nullopt;
  VoterSet changed = *this;
  changed.voters_[voter.key.id] = voter;
  return changed;
}

}  // namespace muir::storage
