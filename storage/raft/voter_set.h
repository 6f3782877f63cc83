#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/base/ids.h"
#include "wire/base/uuid.h"

namespace muir::storage {

// Where one listener of a controller is reached.
struct Endpoint {
  std::string listener_name;  // As in the properties file, upper case.
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

// A replica of the metadata log: a node and the directory its log lies in, so that a node that lost its disk is
// somebody else (KIP-853).  A zero directory id is one that is not known: voters of a static quorum, and kraft.version
// 0.
struct ReplicaKey {
  NodeId id = kNoNode;
  Uuid directory_id;

  bool operator==(const ReplicaKey&) const = default;
  auto operator<=>(const ReplicaKey&) const = default;
};

struct KRaftVersionRange {
  std::int16_t min = 0;
  std::int16_t max = 0;

  bool operator==(const KRaftVersionRange&) const = default;
};

// One voter, as a KRaftVoters control record describes it.
struct Voter {
  ReplicaKey key;
  std::vector<Endpoint> endpoints;
  KRaftVersionRange kraft_versions;

  // Whether `replica` is this voter: same node, and same directory unless ours is not known.
  bool is(const ReplicaKey& replica) const {
    return key.id == replica.id && (key.directory_id.is_zero() || key.directory_id == replica.directory_id);
  }
  bool operator==(const Voter&) const = default;
};

// Who may vote and whose log counts, ordered by node id.  A value: changing one yields another.
class VoterSet {
 public:
  VoterSet() = default;
  explicit VoterSet(std::vector<Voter> voters);  // Of two voters with one id the first counts.

  bool is_voter(const ReplicaKey& replica) const;
  bool is_only_voter(const ReplicaKey& replica) const { return size() == 1 && is_voter(replica); }
  const Voter* find(NodeId id) const;
  std::vector<NodeId> ids() const;

  // The set says something of this voter that is no longer so: its endpoints, its versions.
  bool needs_update(const Voter& voter) const;
  // None unless it is a voter already (same node and directory).
  std::optional<VoterSet> updated(const Voter& voter) const;

  std::size_t size() const { return voters_.size(); }
  bool empty() const { return voters_.empty(); }
  std::size_t majority() const { return size() / 2 + 1; }
  const std::map<NodeId, Voter>& by_id() const { return voters_; }

  bool operator==(const VoterSet&) const = default;

 private:
  std::map<NodeId, Voter> voters_;
};

}  // namespace muir::storage
