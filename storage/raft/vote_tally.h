#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "storage/raft/voter_set.h"

namespace muir::storage {

// The votes of one election, real or pre-vote.  A second answer of a voter replaces its first.
class VoteTally {
 public:
  explicit VoteTally(const VoterSet& voters) {
    for (const NodeId id : voters.ids()) votes_.emplace(id, std::nullopt);
  }

  void record(NodeId voter, bool granted) {
    if (const auto vote = votes_.find(voter); vote != votes_.end()) vote->second = granted;
  }

  bool is_won() const { return count(true) >= majority(); }
  bool is_lost() const { return votes_.size() - count(false) < majority(); }

  std::vector<NodeId> granting() const { return voters(true); }
  std::vector<NodeId> undecided() const { return voters(std::nullopt); }

 private:
  std::size_t majority() const { return votes_.size() / 2 + 1; }
  std::size_t count(bool vote) const { return voters(vote).size(); }
  std::vector<NodeId> voters(std::optional<bool> vote) const {
    std::vector<NodeId> found;
    for (const auto& [id, cast] : votes_)
      if (cast == vote) found.push_back(id);
    return found;
  }

  std::map<NodeId, std::optional<bool>> votes_;  // None: has not answered yet.
};

}  // namespace muir::storage
