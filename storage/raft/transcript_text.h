#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/raft/action.h"

// The words of a transcript: `2` a replica, `2/b` one with directory b, `1,2,3` voters, `100@4` an offset and an epoch.

namespace muir::storage {

std::vector<std::string> split(const std::string& list);
ReplicaKey replica_of(const std::string& text);
OffsetAndEpoch position_of(const std::string& text);
VoterSet voters_of(const std::string& list);
std::vector<Endpoint> endpoints_of(NodeId id);
QuorumError error_of(const std::map<std::string, std::string>& words);
LeaderHint hint_of(const std::map<std::string, std::string>& words);

// An action a line.
std::string text_of(const Actions& actions);

}  // namespace muir::storage
