#pragma once

#include <string>
#include <string_view>

#include "server/quorum/feature_levels.h"
#include "storage/raft/voter_set.h"

namespace muir::server {

// `--initial-controllers`: "id@host:port:directory,..." (an IPv6 host in brackets), as the voters of a new dynamic
// quorum.  Each can do kraft.version 0 and 1.  `listener_name`: the controller listener.
OrSentence<storage::VoterSet> parse_initial_controllers(std::string_view text, const std::string& listener_name);

}  // namespace muir::server
