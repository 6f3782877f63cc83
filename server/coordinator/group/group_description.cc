#include "server/coordinator/group/group_machine.h"

namespace muir::server {

std::optional<GroupDescription> GroupMachine::describe(std::string_view group_id) const {
  const ClassicGroup* group = groups_.find(group_id);
  if (!group) return std::nullopt;
  const bool is_stable = group->is(ClassicState::stable);
  GroupDescription description{.state = name_of(group->state()),
                               .protocol_type = group->protocol_type().value_or(""),
                               .protocol_data = is_stable ? group->protocol_name().value_or("") : "",
                               .members = {}};
  for (const auto& [id, member] : group->members()) {
    // What a member says is worth showing once the group has chosen under which protocol.
    const SharedBytes metadata = is_stable ? member.metadata(description.protocol_data) : share({});
    description.members.push_back(
        {id, member.group_instance_id, member.client_id, member.client_host, metadata, member.assignment});
  }
  return description;
}

std::vector<GroupListing> GroupMachine::list() const {
  std::vector<GroupListing> listings;
  for (const auto& [id, group] : groups_.all()) {
    listings.push_back({id, group.protocol_type().value_or(""), name_of(group.state())});
  }
  return listings;
}

FetchedOffsets::Partition GroupMachine::fetch_offset(const OffsetFetchCommand& command,
                                                     const OffsetFetchCommand::Topic& topic,
                                                     std::int32_t partition) const {
  if (command.require_stable && offsets_.is_pending(command.group_id, topic.name, partition)) {
    return {partition, wire::ErrorCode::UNSTABLE_OFFSET_COMMIT, std::nullopt};
  }
  const CommittedOffset* found = offsets_.stable().find(command.group_id, topic.name, partition);
  // Of another topic that had this name before.
  const bool is_stale = found && !found->topic_id.is_zero() && !topic.id.is_zero() && found->topic_id != topic.id;
  if (!found || is_stale) return {partition, wire::ErrorCode::NONE, std::nullopt};
  return {partition, wire::ErrorCode::NONE, *found};
}

FetchedOffsets GroupMachine::fetch_offsets(const OffsetFetchCommand& command) const {
  std::vector<OffsetFetchCommand::Topic> all;
  if (const auto* topics = command.topics ? nullptr : offsets_.stable().topics_of(command.group_id)) {
    for (const auto& [name, partitions] : *topics) {
      auto& topic = all.emplace_back();
      topic.name = name;
      for (const auto& [index, offset] : partitions) topic.partitions.push_back(index);
    }
  }
  FetchedOffsets result;
  for (const auto& topic : command.topics ? *command.topics : all) {
    auto& fetched = result.topics.emplace_back(FetchedOffsets::Topic{topic.name, topic.id, {}});
    for (const std::int32_t partition : topic.partitions) {
      fetched.partitions.push_back(fetch_offset(command, topic, partition));
    }
  }
  return result;
}

}  // namespace muir::server
