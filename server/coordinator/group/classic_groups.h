#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/group/classic_group.h"
#include "server/coordinator/group/group_record.h"
#include "server/coordinator/group/group_settings.h"
#include "server/coordinator/group/group_timers.h"
#include "server/coordinator/state_machine/effects.h"
#include "wire/base/uuid.h"

namespace muir::server {

// Who sends a command.
struct GroupClient {
  std::string_view client_id;
  std::string_view host;  // `/127.0.0.1`, as Kafka writes it down.
};

// JoinGroup, decoded.
struct JoinCommand {
  std::string group_id;
  std::string member_id;  // Empty: not known yet.
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  std::vector<MemberProtocol> protocols;
  Milliseconds session_timeout{}, rebalance_timeout{};
  std::string client_id, client_host;
  bool requires_known_member_id = false;  // Since version 4 (KIP-394).
  bool skips_assignment = false;          // Since version 9 (KIP-814).
};

// SyncGroup, decoded.
struct SyncCommand {
  std::string group_id;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::int32_t generation_id = -1;
  std::optional<std::string> protocol_type, protocol_name;
  ClassicGroup::Assignments assignments;  // The leader's.
};

// What tells a member who it is.
struct MemberIdentity {
  std::string_view member_id;
  std::optional<std::string_view> group_instance_id;
};

// The classic groups of one coordinator: the rules of JoinGroup, SyncGroup, Heartbeat and LeaveGroup, and what happens
// when somebody is late.  Kafka's rules and the order of its checks (KIP-134, KIP-345, KIP-394, KIP-559, KIP-814).
// Owner: GroupMachine.
class ClassicGroups {
 public:
  using Groups = std::map<std::string, ClassicGroup, std::less<>>;
  using NewId = std::function<Uuid()>;

  // `settings` outlives it.
  ClassicGroups(const GroupSettings& settings, NewId new_id) : settings_(settings), new_id_(std::move(new_id)) {}

  // --- commands.  A reply is called once, perhaps much later.
  void join(JoinCommand command, JoinReply reply, Moment now, Effects& effects);
  void sync(SyncCommand command, SyncReply reply, Effects& effects);
  wire::ErrorCode heartbeat(std::string_view group_id, MemberIdentity member, std::int32_t generation, Moment now);
  // Nothing when there is no such group; else a code for each.
  std::optional<std::vector<wire::ErrorCode>> leave(std::string_view group_id,
                                                    const std::vector<MemberIdentity>& members, Moment now,
                                                    Effects& effects);

  // --- the rest of the machine
  const Groups& all() const { return groups_; }
  const ClassicGroup* find(std::string_view group_id) const;
  ClassicGroup* find(std::string_view group_id);
  ClassicGroup& get_or_create(std::string_view group_id, Moment now);
  void restart_session(ClassicGroup& group, ClassicMember& member, Moment now);
  void replay(const GroupMetadataRecord& record, bool is_live);
  void loaded(Moment now, Effects& effects);
  void unloaded(Effects& effects);
  // It never came to be: whoever has joined is told why.
  void forget(const std::string& group_id, wire::ErrorCode error, Effects& effects);
  void expire(const GroupTimers::Key& key, Moment now, Effects& effects);
  GroupTimers& timers() { return timers_; }
  const GroupTimers& timers() const { return timers_; }

 private:
  // classic_join.cc
  bool accepts(const ClassicGroup& group, std::string_view member_id) const;
  void join_new_member(ClassicGroup& group, JoinCommand& command, JoinReply reply, Moment now, Effects& effects);
  void join_static_member(ClassicGroup& group, JoinCommand& command, JoinReply reply, std::string new_id, Moment now,
                          Effects& effects);
  void replace_static_member(ClassicGroup& group, JoinCommand& command, JoinReply reply, const std::string& new_id,
                             Moment now, Effects& effects);
  void store_static_member(ClassicGroup& group, const JoinCommand& command, ClassicMember before,
                           std::optional<std::string> leader_before, Effects& effects);
  void join_known_member(ClassicGroup& group, JoinCommand& command, JoinReply reply, Moment now, Effects& effects);
  void rejoin(ClassicGroup& group, ClassicMember& member, JoinCommand& command, JoinReply reply, Moment now,
              Effects& effects);
  void update_member(ClassicGroup& group, ClassicMember& member, JoinCommand& command, JoinReply reply, Moment now,
                     Effects& effects);
  void add_member(ClassicGroup& group, JoinCommand& command, std::string member_id, JoinReply reply, Moment now,
                  Effects& effects);

  // classic_rebalance.cc
  void prepare_rebalance(ClassicGroup& group, Moment now, Effects& effects);
  void rebalance_or_complete_join(ClassicGroup& group, Moment now, Effects& effects);
  void complete_join_if_all(ClassicGroup& group, Moment now, Effects& effects);
  void complete_join(ClassicGroup& group, Moment now, Effects& effects);
  void begin_generation(ClassicGroup& group, Moment now, Effects& effects);
  void remove_late_members(ClassicGroup& group);
  void end_initial_delay(ClassicGroup& group, Moment now, Effects& effects);
  void expire_sync(ClassicGroup& group, Moment now, Effects& effects);

  // classic_sync.cc
  wire::ErrorCode validate_sync(const ClassicGroup& group, const SyncCommand& command) const;
  void store_assignment(ClassicGroup& group, SyncCommand& command, Effects& effects);
  void assignment_stored(const std::string& group_id, std::int32_t generation,
                         const ClassicGroup::Assignments& assignments, std::optional<wire::ErrorCode> failure,
                         Moment now, Effects& effects);
  void propagate_assignment(ClassicGroup& group, wire::ErrorCode error, Moment now, Effects& effects);
  void synced(ClassicGroup& group, const std::string& member_id);

  // classic_membership.cc
  void remove_member(ClassicGroup& group, ClassicMember& member, Effects& effects);
  void expire_session(ClassicGroup& group, const std::string& member_id, Moment now, Effects& effects);
  wire::ErrorCode leave_one(ClassicGroup& group, const MemberIdentity& identity, Effects& effects);

  void erase(const std::string& group_id);
  void set_timer(GroupTimers::Kind kind, const ClassicGroup& group, std::string member, Moment now,
                 Milliseconds timeout);
  void cancel_timer(GroupTimers::Kind kind, const ClassicGroup& group, std::string member = {});

  const GroupSettings& settings_;
  NewId new_id_;
  Groups groups_;
  GroupTimers timers_;
};

}  // namespace muir::server
