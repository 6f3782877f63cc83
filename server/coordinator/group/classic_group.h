#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/group/classic_member.h"
#include "server/coordinator/state_machine/effects.h"
#include "wire/codec/error_code.h"

namespace muir::server {

enum class ClassicState { empty, preparing_rebalance, completing_rebalance, stable };

// As DescribeGroups spells it: `PreparingRebalance`.
std::string_view name_of(ClassicState state);

// One group of the classic protocol: who is in it, what they were told, and in which phase of a rebalance it is.
//
//   empty -> preparing_rebalance (members join) -> completing_rebalance (the leader assigns) -> stable -> preparing ...
//
// Only holds the rules of a single group; time-outs and records are ClassicGroups'.  Owner: ClassicGroups.
class ClassicGroup {
 public:
  using Members = std::map<std::string, ClassicMember, std::less<>>;

  // An empty group that nobody has joined yet.
  ClassicGroup(std::string group_id, std::int64_t now_ms) : group_id_(std::move(group_id)), state_since_ms_(now_ms) {}

  // What a GroupMetadata record says.
  struct Stored {
    std::int32_t generation = 0;
    std::optional<std::string> protocol_type, protocol_name, leader;
    std::optional<std::int64_t> state_since_ms;
    std::vector<ClassicMember> members;  // Each with one protocol: the chosen one.
  };
  static ClassicGroup restore(std::string group_id, Stored stored);

  const std::string& group_id() const { return group_id_; }
  ClassicState state() const { return state_; }
  ClassicState previous_state() const { return previous_state_; }
  bool is(ClassicState state) const { return state_ == state; }
  std::int32_t generation_id() const { return generation_id_; }
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol_name() const { return protocol_name_; }
  const std::optional<std::string>& leader() const { return leader_; }
  const std::optional<std::int64_t>& state_since_ms() const { return state_since_ms_; }
  const Members& members() const { return members_; }
  Members& members() { return members_; }
  const std::optional<std::set<std::string, std::less<>>>& subscribed_topics() const { return subscribed_topics_; }

  bool is_leader(std::string_view member_id) const { return leader_ && *leader_ == member_id; }
  ClassicMember* find(std::string_view member_id);
  bool has(std::string_view member_id) const { return members_.contains(member_id); }
  const std::string* static_member(std::string_view instance_id) const;
  bool uses_consumer_protocol() const { return protocol_type_ == "consumer"; }

  // NONE, UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID, in Kafka's order.
  wire::ErrorCode validate_member(std::string_view member_id, std::optional<std::string_view> instance_id) const;

  // Whether somebody with these protocols fits in: the type is the group's, and one strategy is everybody's.
  bool supports(std::string_view protocol_type, const std::vector<MemberProtocol>& protocols) const;

  // The strategy that most members prefer among those that all offer.
  std::string select_protocol() const;

  // --- changes
  void add(ClassicMember member);
  void remove(std::string_view member_id);
  // Whoever waits under the same id on another connection is told to begin anew: Kafka leaves them without an answer.
  void update(ClassicMember& member, std::vector<MemberProtocol> protocols, Milliseconds rebalance_timeout,
              Milliseconds session_timeout, JoinReply reply, Effects& effects);
  // The same static member under a new id; whoever waits under the old one is fenced.
  ClassicMember& replace_static_member(const std::string& instance_id, const std::string& old_id,
                                       const std::string& new_id, Effects& effects);
  void transition_to(ClassicState state, std::int64_t now_ms);
  // A generation of those who have joined; empty if nobody has.
  void init_next_generation(std::int64_t now_ms);
  // Somebody who waits must lead.  False when nobody waits, or nobody is there.
  bool elect_joined_leader();
  void set_pending(const std::string& member_id) { pending_join_.insert(member_id); }
  bool is_pending(std::string_view member_id) const { return pending_join_.contains(member_id); }
  std::size_t pending_count() const { return pending_join_.size(); }

  // --- who waits
  bool all_have_joined() const { return members_.size() == awaiting_join_ && pending_join_.empty(); }
  std::size_t awaiting_join() const { return awaiting_join_; }
  bool answer_join(ClassicMember& member, JoinResult result, Effects& effects);
  bool answer_sync(ClassicMember& member, SyncResult result, Effects& effects);
  std::set<std::string, std::less<>> pending_sync;  // Who has the new generation and has not synced.

  // --- the first rebalance of an empty group waits for more members
  struct InitialDelay {
    Milliseconds delay, remaining;
  };
  std::optional<InitialDelay> initial_delay;
  bool new_member_added = false;

  Milliseconds rebalance_timeout() const;  // The longest of its members'.
  bool can_rebalance() const { return !is(ClassicState::preparing_rebalance); }
  // The log knows it, by a record of its own or by an offset that it has committed.
  bool is_stored() const { return is_stored_; }
  void set_stored() { is_stored_ = true; }
  bool is_simple() const { return !protocol_type_ && is(ClassicState::empty) && pending_join_.empty(); }

  // What a join of the current generation answers; the leader's names everybody.
  JoinResult current_generation(const std::string& member_id, bool with_members) const;

  // The group as a GroupMetadata record, with these assignments instead of the members' own.
  using Assignments = std::map<std::string, SharedBytes, std::less<>>;
  CoordinatorRecord to_record(const Assignments& assignments) const;
  Assignments assignments() const;

  bool is_subscribed_to(std::string_view topic) const {
    return subscribed_topics_ ? subscribed_topics_->contains(topic) : uses_consumer_protocol();
  }

 private:
  void count_protocols(const ClassicMember& member, int by);
  void compute_subscribed_topics();

  std::string group_id_;
  ClassicState state_ = ClassicState::empty;
  ClassicState previous_state_ = ClassicState::stable;
  std::optional<std::int64_t> state_since_ms_;
  std::optional<std::string> protocol_type_, protocol_name_, leader_;
  std::int32_t generation_id_ = 0;
  Members members_;
  std::map<std::string, std::string, std::less<>> static_members_;  // Instance id -> member id.
  std::set<std::string, std::less<>> pending_join_;                 // Ids given out, not yet used (KIP-394).
  std::size_t awaiting_join_ = 0;
  bool is_stored_ = false;
  std::map<std::string, std::size_t, std::less<>> offered_;  // How many members offer a strategy.
  std::optional<std::set<std::string, std::less<>>> subscribed_topics_;
};

}  // namespace muir::server
