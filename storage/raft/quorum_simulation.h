#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "storage/raft/quorum_state.h"

namespace muir::storage {

// A quorum in a box, for tests: replicas with disks that lose what was not synced, and a network that loses, delays and
// reorders.  Everything random comes from one seed.  Each step checks what must never happen; see check().
class QuorumSimulation {
 public:
  QuorumSimulation(int voters, std::uint64_t seed);

  // Some time, some messages, perhaps an append or a crash.
  void step();
  // From now on nothing is lost and nobody crashes.
  void heal() { healthy_ = true; }

  Offset committed() const { return Offset{static_cast<std::int64_t>(committed_.size())}; }
  std::size_t elections() const { return leader_of_.size(); }

 private:
  // Records are reduced to the epoch they were appended in: with their offset that names them.
  struct Replica {
    std::unique_ptr<QuorumState> quorum;
    std::vector<Epoch> log;         // What reads see.
    std::size_t synced = 0;         // What a crash leaves.
    ElectionState election;         // quorum-state, always synced.
    std::map<Epoch, NodeId> voted;  // Every vote it ever told anybody.
    Instant busy_until{};           // The disk is slow: no sync before then.
  };
  struct Message {
    NodeId from, to;
    std::variant<QuorumRequest, QuorumResponse> body;
    std::vector<Epoch> records;  // Of a fetch response, from `offset`.
    std::size_t offset = 0;
    std::uint64_t number = 0;  // Of the request that this is, or answers.
  };

  void boot(NodeId id);
  void crash(NodeId id);
  void append(NodeId id);
  void sync(NodeId id);
  void deliver();
  void handle(NodeId id, const Message& message);
  void carry_out(NodeId id, const Actions& actions, const Message* cause);
  void carry_out_one(NodeId id, const Action& action, const Message* cause);
  void respond(NodeId id, const QuorumResponse& response, const Message& request);
  void append_fetched(NodeId id, const Message& response);
  void commit(NodeId id, Offset end);
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  NodeId anybody() { return NodeId{1 + static_cast<int>(random_() % replicas_.size())}; }

  std::mt19937_64 random_;
  Instant now_{std::chrono::hours{1}};
  VoterSet voters_;
  std::map<NodeId, Replica> replicas_;
  std::deque<Message> network_;
  std::map<Epoch, NodeId> leader_of_;
  std::vector<Epoch> committed_;
  bool healthy_ = false;
};

}  // namespace muir::storage
