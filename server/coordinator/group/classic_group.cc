#include "server/coordinator/group/classic_group.h"

#include <algorithm>

#include "server/coordinator/group/group_record.h"
#include "server/coordinator/group/subscription.h"
#include "server/coordinator/group/votes.h"
#include "wire/base/check.h"

namespace muir::server {

using wire::ErrorCode;

std::string_view name_of(ClassicState state) {
  switch (state) {
    case ClassicState::empty:
      return "Empty";
    case ClassicState::preparing_rebalance:
      return "PreparingRebalance";
    case ClassicState::completing_rebalance:
      return "CompletingRebalance";
    case ClassicState::stable:
      return "Stable";
  }
  return "Unknown";
}

ClassicGroup ClassicGroup::restore(std::string group_id, Stored stored) {
  ClassicGroup group(std::move(group_id), 0);
  group.is_stored_ = true;
  group.state_since_ms_ = stored.state_since_ms;
  group.generation_id_ = stored.generation;
  group.protocol_type_ = std::move(stored.protocol_type);
  group.protocol_name_ = std::move(stored.protocol_name);
  group.leader_ = std::move(stored.leader);
  const bool is_empty = stored.members.empty();
  for (ClassicMember& member : stored.members) {
    // A member twice in one record would be somebody's bug, but it stands in a file.
    if (!group.has(member.member_id)) group.add(std::move(member));
  }
  group.state_ = is_empty ? ClassicState::empty : ClassicState::stable;
  group.compute_subscribed_topics();
  return group;
}

ClassicMember* ClassicGroup::find(std::string_view member_id) {
  const auto found = members_.find(member_id);
  return found == members_.end() ? nullptr : &found->second;
}

const std::string* ClassicGroup::static_member(std::string_view instance_id) const {
  const auto found = static_members_.find(instance_id);
  return found == static_members_.end() ? nullptr : &found->second;
}

ErrorCode ClassicGroup::validate_member(std::string_view member_id, std::optional<std::string_view> instance_id) const {
  if (instance_id) {
    const std::string* known = static_member(*instance_id);
    if (!known) return ErrorCode::UNKNOWN_MEMBER_ID;
    if (*known != member_id) return ErrorCode::FENCED_INSTANCE_ID;
  }
  return has(member_id) ? ErrorCode::NONE : ErrorCode::UNKNOWN_MEMBER_ID;
}

bool ClassicGroup::supports(std::string_view protocol_type, const std::vector<MemberProtocol>& protocols) const {
  if (is(ClassicState::empty)) return !protocol_type.empty() && !protocols.empty();
  if (protocol_type_ != protocol_type) return false;
  return std::ranges::any_of(protocols, [&](const MemberProtocol& offered) {
    const auto found = offered_.find(offered.name);
    return (found == offered_.end() ? 0 : found->second) == members_.size();
  });
}

std::string ClassicGroup::select_protocol() const {
  Votes votes;
  for (const auto& [id, member] : members_) {
    const auto candidate = std::ranges::find_if(member.protocols, [&](const MemberProtocol& offered) {
      const auto found = offered_.find(offered.name);
      return found != offered_.end() && found->second == members_.size();
    });
    if (candidate != member.protocols.end()) votes.add(candidate->name);
  }
  return votes.winner();
}

void ClassicGroup::add(ClassicMember member) {
  if (member.group_instance_id) static_members_[*member.group_instance_id] = member.member_id;
  if (members_.empty()) protocol_type_ = member.protocol_type;
  if (!leader_) leader_ = member.member_id;
  if (member.awaiting_join) ++awaiting_join_;
  count_protocols(member, +1);
  pending_join_.erase(member.member_id);
  const std::string id = member.member_id;
  CHECK(members_.emplace(id, std::move(member)).second);
}

void ClassicGroup::remove(std::string_view member_id) {
  // The name may be the member's own.
  const std::string id(member_id);
  if (const auto found = members_.find(id); found != members_.end()) {
    const ClassicMember& member = found->second;
    count_protocols(member, -1);
    if (member.awaiting_join) --awaiting_join_;
    if (member.group_instance_id) static_members_.erase(*member.group_instance_id);
    members_.erase(found);
  }
  if (is_leader(id)) {
    leader_.reset();
    if (!members_.empty()) leader_ = members_.begin()->first;
  }
  pending_join_.erase(id);
  pending_sync.erase(id);
}

void ClassicGroup::update(ClassicMember& member, std::vector<MemberProtocol> protocols, Milliseconds rebalance_timeout,
                          Milliseconds session_timeout, JoinReply reply, Effects& effects) {
  count_protocols(member, -1);
  member.protocols = std::move(protocols);
  count_protocols(member, +1);
  member.rebalance_timeout = rebalance_timeout;
  member.session_timeout = session_timeout;
  answer_join(member, {.error = ErrorCode::REBALANCE_IN_PROGRESS, .member_id = member.member_id, .members = {}},
              effects);
  if (reply) ++awaiting_join_;
  member.awaiting_join = std::move(reply);
}

ClassicMember& ClassicGroup::replace_static_member(const std::string& instance_id, const std::string& old_id,
                                                   const std::string& new_id, Effects& effects) {
  auto node = members_.extract(old_id);
  CHECK(!node.empty());
  ClassicMember& member = node.mapped();
  answer_join(
      member,
      {.error = ErrorCode::FENCED_INSTANCE_ID, .protocol_name = std::nullopt, .member_id = old_id, .members = {}},
      effects);
  answer_sync(member, {.error = ErrorCode::FENCED_INSTANCE_ID}, effects);
  node.key() = new_id;
  member.member_id = new_id;
  member.is_new = false;
  members_.insert(std::move(node));
  if (is_leader(old_id)) leader_ = new_id;
  static_members_[instance_id] = new_id;
  return members_.find(new_id)->second;
}

void ClassicGroup::transition_to(ClassicState state, std::int64_t now_ms) {
  previous_state_ = state_;
  state_ = state;
  state_since_ms_ = now_ms;
}

void ClassicGroup::init_next_generation(std::int64_t now_ms) {
  // A Java int wraps.
  generation_id_ = static_cast<std::int32_t>(static_cast<std::uint32_t>(generation_id_) + 1);
  protocol_name_.reset();
  if (!members_.empty()) protocol_name_ = select_protocol();
  compute_subscribed_topics();
  transition_to(members_.empty() ? ClassicState::empty : ClassicState::completing_rebalance, now_ms);
  pending_sync.clear();
}

bool ClassicGroup::elect_joined_leader() {
  if (!leader_) return false;
  const ClassicMember* current = find(*leader_);
  if (current && current->awaiting_join) return true;
  for (const auto& [id, member] : members_) {
    if (!member.awaiting_join) continue;
    leader_ = id;
    return true;
  }
  return false;
}

bool ClassicGroup::answer_join(ClassicMember& member, JoinResult result, Effects& effects) {
  if (!member.awaiting_join) return false;
  effects.answer(std::exchange(member.awaiting_join, nullptr), std::move(result));
  --awaiting_join_;
  return true;
}

bool ClassicGroup::answer_sync(ClassicMember& member, SyncResult result, Effects& effects) {
  if (!member.awaiting_sync) return false;
  effects.answer(std::exchange(member.awaiting_sync, nullptr), std::move(result));
  return true;
}

Milliseconds ClassicGroup::rebalance_timeout() const {
  Milliseconds longest{};
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

JoinResult ClassicGroup::current_generation(const std::string& member_id, bool with_members) const {
  JoinResult result{.generation_id = generation_id_,
                    .protocol_type = protocol_type_,
                    .protocol_name = protocol_name_,
                    .leader = leader_.value_or(""),
                    .member_id = member_id,
                    .members = {}};
  if (!with_members) return result;
  result.members.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    result.members.push_back({id, member.group_instance_id, member.metadata(protocol_name_.value_or(""))});
  }
  return result;
}

CoordinatorRecord ClassicGroup::to_record(const Assignments& assignments) const {
  wire::GroupMetadataValue value;
  value.protocol_type = protocol_type_ ? std::string_view(*protocol_type_) : std::string_view();
  value.generation = generation_id_;
  value.protocol = protocol_name_;
  value.leader = leader_;
  value.current_state_timestamp = state_since_ms_.value_or(-1);
  std::vector<SharedBytes> kept;  // The value views them.
  for (const auto& [id, member] : members_) {
    const auto assigned = assignments.find(id);
    kept.push_back(member.metadata(protocol_name_.value_or("")));
    kept.push_back(assigned == assignments.end() ? share({}) : assigned->second);
    auto& stored = value.members.emplace_back();
    stored.member_id = id;
    stored.group_instance_id = member.group_instance_id;
    stored.client_id = member.client_id;
    stored.client_host = member.client_host;
    stored.rebalance_timeout = static_cast<std::int32_t>(member.rebalance_timeout.count());
    stored.session_timeout = static_cast<std::int32_t>(member.session_timeout.count());
    stored.subscription = *kept[kept.size() - 2];
    stored.assignment = *kept.back();
  }
  return group_metadata_record(group_id_, value);
}

ClassicGroup::Assignments ClassicGroup::assignments() const {
  Assignments result;
  for (const auto& [id, member] : members_) result.emplace(id, member.assignment);
  return result;
}

void ClassicGroup::count_protocols(const ClassicMember& member, int by) {
  for (const MemberProtocol& offered : member.protocols) {
    std::size_t& count = offered_[offered.name];
    count += static_cast<std::size_t>(by);
    if (count == 0) offered_.erase(offered.name);
  }
}

void ClassicGroup::compute_subscribed_topics() {
  subscribed_topics_.reset();
  if (!uses_consumer_protocol()) return;
  std::set<std::string, std::less<>> topics;
  for (const auto& [id, member] : members_) {
    if (!protocol_name_ || !add_subscribed_topics(*member.metadata(*protocol_name_), topics)) return;
  }
  subscribed_topics_ = std::move(topics);
}

}  // namespace muir::server
