#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "wire/base/ids.h"

namespace muir::storage {

// A broker in a proposed ISR.  The controller refuses a member whose epoch is not its newest (KIP-903).
struct IsrMember {
  NodeId broker;
  std::int64_t broker_epoch = -1;  // -1: it has not fetched from this leader yet; the controller does not check it.
};

// What a leader asks of the controller: one partition of an AlterPartition request.
struct IsrProposal {
  std::uint64_t id = 0;  // Names the proposal in its answer; never sent.
  Epoch leader_epoch;
  std::int32_t partition_epoch = 0;
  std::vector<IsrMember> isr;
};

// What the controller answers when the proposal was accepted, or already true.
struct IsrDecision {
  Epoch leader_epoch;
  std::int32_t partition_epoch = 0;
  std::vector<NodeId> isr;
};

// Why the controller did not accept a proposal, by what the leader then does.
enum class IsrRefusal {
  not_applied,     // INELIGIBLE_REPLICA, OPERATION_NOT_ATTEMPTED: surely not applied; back to the committed ISR.
  await_metadata,  // Out of date, or no longer leader: metadata will say; nothing is proposed until then.
  try_again,       // Anything else: send the same proposal again.
};

// The in-sync replicas of a partition: the set the controller has committed, and the change in flight if there is one.
// The *maximal* ISR is the larger of the two possible futures; only what all of it holds is committed.
class Isr {
 public:
  Isr() = default;
  explicit Isr(std::vector<NodeId> committed) : committed_(std::move(committed)) {}

  void propose_expansion(std::uint64_t id, NodeId joining) { pending_ = Pending{id, joining}; }
  void propose_shrinkage(std::uint64_t id) { pending_ = Pending{id, std::nullopt}; }
  void give_up() { pending_.reset(); }

  bool in_flight() const { return pending_.has_value(); }
  bool awaits(std::uint64_t id) const { return pending_ && pending_->id == id; }
  const std::vector<NodeId>& committed() const { return committed_; }
  bool contains(NodeId broker) const;
  bool maximal_contains(NodeId broker) const { return contains(broker) || joining(broker); }
  std::size_t maximal_size() const { return committed_.size() + (pending_ && pending_->joining ? 1 : 0); }

 private:
  struct Pending {
    std::uint64_t id;
    std::optional<NodeId> joining;  // Nothing: the ISR is to shrink, which must not count before it is committed.
  };
  bool joining(NodeId broker) const { return pending_ && pending_->joining == broker; }

  std::vector<NodeId> committed_;
  std::optional<Pending> pending_;
};

}  // namespace muir::storage
