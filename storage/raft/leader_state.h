#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "storage/raft/voter_set.h"
#include "wire/base/clock.h"
#include "wire/base/ids.h"

namespace muir::storage {

// How far one replica has come, as its leader sees it.
struct ReplicaProgress {
  ReplicaKey key;
  std::optional<Offset> end_offset;  // Exclusive.  None: has not fetched in this epoch.
  std::optional<Instant> last_fetch;
  std::optional<Instant> last_caught_up;  // When it last held all that the leader had.
  std::optional<Offset> leader_end_at_last_fetch;
};

// What a leader remembers of its epoch: who has what, hence what is committed.  Pure; used by QuorumState only.
class LeaderState {
 public:
  // An observer that has not fetched for so long is forgotten; and there are never more than kObserversMax.
  static constexpr std::chrono::minutes kObserverSessionTimeout{5};
  static constexpr std::size_t kObserversMax = 10'000;

  LeaderState(ReplicaKey local, Epoch epoch, Offset epoch_start, const VoterSet& voters,
              std::vector<NodeId> granting_voters, std::chrono::milliseconds fetch_timeout, Instant now);

  Epoch epoch() const { return epoch_; }
  Offset epoch_start() const { return epoch_start_; }
  std::optional<Offset> high_watermark() const { return high_watermark_; }
  const std::vector<NodeId>& granting_voters() const { return granting_voters_; }

  // Our own log is on the disk below `end`.  True: the high watermark moved.
  bool local_synced(Offset end);

  // A replica says that it holds everything below `offset`.  True: the high watermark moved.
  bool fetched(const ReplicaKey& replica, Offset offset, Offset leader_end, Instant now);

  // The newest voters of the log, as soon as they are in it.  True: the high watermark moved.
  bool set_voters(const VoterSet& voters);

  // A majority has not fetched for one and a half fetch timeouts: somebody else may lead by now, we do not.
  bool has_lost_quorum(Instant now) const { return voters_.size() > 1 && quorum_deadline_ <= now; }
  std::optional<Instant> quorum_deadline() const;

  // Voters that need to be told that we lead: silent for half a fetch timeout.
  std::vector<ReplicaKey> silent_voters(Instant now) const;
  // The other voters, who has most first: the order in which they should follow us.
  std::vector<ReplicaKey> successors() const;

  std::vector<ReplicaProgress> voters() const;
  std::vector<ReplicaProgress> observers(Instant now);

 private:
  ReplicaProgress* find_voter(const ReplicaKey& replica);
  ReplicaProgress& find_or_add(const ReplicaKey& replica);
  bool update_high_watermark();
  void heard_from(const ReplicaKey& replica, Instant now);
  void forget_silent_observers(Instant now);

  ReplicaKey local_;
  Epoch epoch_;
  Offset epoch_start_;
  std::vector<NodeId> granting_voters_;
  std::chrono::milliseconds fetch_timeout_;
  std::chrono::milliseconds quorum_timeout_;
  Instant quorum_deadline_;
  std::set<NodeId> heard_;  // Voters that fetched since the deadline was last moved.
  std::map<NodeId, ReplicaProgress> voters_;
  std::map<ReplicaKey, ReplicaProgress> observers_;
  std::optional<Offset> high_watermark_;
};

}  // namespace muir::storage
