#include "server/coordinator/group/group_machine.h"
#include "server/coordinator/group/java_string.h"

// OffsetCommit, OffsetDelete, DeleteGroups, and offsets that nobody has touched for long.
namespace muir::server {

using wire::ErrorCode;

namespace {

// As a Java long: it wraps.  What a client or a record says may be any number.
std::int64_t add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::int64_t subtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

ErrorCode GroupMachine::validate_commit_of(const ClassicGroup& group, const CommitCommand& command) const {
  const bool is_empty = group.is(ClassicState::empty);
  // Of a tool, or of a consumer that manages its partitions itself.
  if (command.generation_id < 0 && is_empty) return ErrorCode::NONE;
  if (command.generation_id >= 0 || !command.member.member_id.empty() || command.member.group_instance_id) {
    const ErrorCode error = group.validate_member(command.member.member_id, command.member.group_instance_id);
    if (error != ErrorCode::NONE) return error;
    if (command.generation_id != group.generation_id()) return ErrorCode::ILLEGAL_GENERATION;
  } else if (!is_empty) {
    return ErrorCode::UNKNOWN_MEMBER_ID;
  }
  // It has joined this generation, and does not know its partitions yet.
  return group.is(ClassicState::completing_rebalance) ? ErrorCode::REBALANCE_IN_PROGRESS : ErrorCode::NONE;
}

ErrorCode GroupMachine::validate_commit(const CommitCommand& command, Moment now) {
  ClassicGroup* group = groups_.find(command.group_id);
  if (!group) {
    if (command.generation_id < 0) return ErrorCode::NONE;
    return command.api_version >= 9 ? ErrorCode::GROUP_ID_NOT_FOUND : ErrorCode::ILLEGAL_GENERATION;
  }
  const ErrorCode error = validate_commit_of(*group, command);
  if (error != ErrorCode::NONE) return error;
  // A commit is a sign of life.
  ClassicMember* member = group->find(command.member.member_id);
  if (member && !group->is(ClassicState::completing_rebalance)) groups_.restart_session(*group, *member, now);
  return ErrorCode::NONE;
}

PartitionCodes GroupMachine::commit_offsets(const CommitCommand& command, Moment now, Effects& effects) {
  now_ms_ = now.wall_ms;
  PartitionCodes codes{validate_commit(command, now), {}};
  if (codes.error != ErrorCode::NONE) return codes;
  for (const CommitCommand::Topic& topic : command.topics) {
    auto& of_topic = codes.topics.emplace_back();
    for (const CommitCommand::Partition& partition : topic.partitions) {
      if (java_length(partition.metadata) > settings_.offset_metadata_max) {
        of_topic.push_back(ErrorCode::OFFSET_METADATA_TOO_LARGE);
        continue;
      }
      of_topic.push_back(ErrorCode::NONE);
      wire::OffsetCommitValue value;
      value.offset = partition.offset;
      value.leader_epoch = partition.leader_epoch;
      value.metadata = partition.metadata;
      value.commit_timestamp = now.wall_ms;
      if (command.retention_ms) value.expire_timestamp = add(now.wall_ms, *command.retention_ms);
      value.topic_id = topic.id;
      effects.records.push_back(offset_commit_record(command.group_id, topic.name, partition.index, value));
    }
  }
  return codes;
}

PartitionCodes GroupMachine::delete_offsets(std::string_view group_id, const std::vector<TopicPartitions>& topics,
                                            Effects& effects) {
  const ClassicGroup* group = groups_.find(group_id);
  if (!group) return {ErrorCode::GROUP_ID_NOT_FOUND, {}};
  if (!group->is(ClassicState::empty) && !group->uses_consumer_protocol()) return {ErrorCode::NON_EMPTY_GROUP, {}};
  PartitionCodes codes;
  for (const TopicPartitions& topic : topics) {
    const bool is_subscribed = group->is_subscribed_to(topic.name);
    codes.topics.emplace_back(topic.partitions.size(),
                              is_subscribed ? ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode::NONE);
    if (is_subscribed) continue;
    for (const std::int32_t partition : topic.partitions) {
      if (offsets_.stable().find(group_id, topic.name, partition) ||
          offsets_.is_pending(group_id, topic.name, partition)) {
        effects.records.push_back(offset_commit_tombstone(group_id, topic.name, partition));
      }
    }
  }
  return codes;
}

ErrorCode GroupMachine::delete_group(std::string_view group_id, Effects& effects) {
  const ClassicGroup* group = groups_.find(group_id);
  if (!group) return ErrorCode::GROUP_ID_NOT_FOUND;
  if (!group->is(ClassicState::empty)) return ErrorCode::NON_EMPTY_GROUP;
  if (const OffsetTable::Topics* topics = offsets_.stable().topics_of(group_id)) {
    for (const auto& [topic, partitions] : *topics) {
      for (const auto& [partition, offset] : partitions) {
        effects.records.push_back(offset_commit_tombstone(group_id, topic, partition));
      }
    }
  }
  for (const auto& [topic, partition] : offsets_.pending_of(group_id)) {
    effects.records.push_back(offset_commit_tombstone(group_id, topic, partition));
  }
  effects.records.push_back(group_metadata_tombstone(group_id));
  return ErrorCode::NONE;
}

void GroupMachine::delete_topics_offsets(std::string_view topic, const Uuid& topic_id, Effects& effects) {
  effects.is_atomic = false;
  for (const auto& commit : offsets_.of_topic(topic)) {
    if (!commit.topic_id.is_zero() && commit.topic_id != topic_id) continue;
    effects.records.push_back(offset_commit_tombstone(commit.group, topic, commit.partition));
  }
}

void GroupMachine::remove_expired(Moment now, Effects& effects) {
  effects.is_atomic = false;
  for (const auto& [id, group] : groups_.all()) {
    const bool has_nothing_left = remove_expired_of(group, now, effects);
    if (has_nothing_left && group.is(ClassicState::empty)) effects.records.push_back(group_metadata_tombstone(id));
  }
}

bool GroupMachine::remove_expired_of(const ClassicGroup& group, Moment now, Effects& effects) const {
  const OffsetTable::Topics* topics = offsets_.stable().topics_of(group.group_id());
  if (!topics) return !offsets_.has_pending(group.group_id());
  // From when on the retention counts: from the commit, or from when the last member left.
  std::optional<std::int64_t> since;
  if (group.protocol_type()) {
    if (group.is(ClassicState::empty)) {
      since = group.state_since_ms();
    } else if (!group.uses_consumer_protocol() || !group.subscribed_topics() || !group.is(ClassicState::stable)) {
      return false;
    }
  }
  bool has_nothing_left = true;
  for (const auto& [topic, partitions] : *topics) {
    const bool is_subscribed = group.is_subscribed_to(topic);
    for (const auto& [partition, offset] : partitions) {
      const std::int64_t age_ms = subtract(now.wall_ms, since.value_or(offset.commit_timestamp_ms));
      const bool is_expired = offset.expire_timestamp_ms ? now.wall_ms >= *offset.expire_timestamp_ms
                                                         : age_ms >= settings_.offsets_retention.count();
      if (is_subscribed || !is_expired || offsets_.is_pending(group.group_id(), topic, partition)) {
        has_nothing_left = false;
      } else {
        effects.records.push_back(offset_commit_tombstone(group.group_id(), topic, partition));
      }
    }
  }
  return has_nothing_left && !offsets_.has_pending(group.group_id());
}

}  // namespace muir::server
