#include "server/coordinator/group/committed_offsets.h"

namespace muir::server {

const OffsetTable::Topics* OffsetTable::topics_of(std::string_view group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

const CommittedOffset* OffsetTable::find(std::string_view group, std::string_view topic, std::int32_t partition) const {
  const Topics* topics = topics_of(group);
  if (!topics) return nullptr;
  const auto partitions = topics->find(topic);
  if (partitions == topics->end()) return nullptr;
  const auto found = partitions->second.find(partition);
  return found == partitions->second.end() ? nullptr : &found->second;
}

void OffsetTable::put(std::string_view group, std::string_view topic, std::int32_t partition, CommittedOffset offset) {
  auto topics = groups_.find(group);
  if (topics == groups_.end()) topics = groups_.emplace(std::string(group), Topics()).first;
  auto partitions = topics->second.find(topic);
  if (partitions == topics->second.end()) {
    partitions = topics->second.emplace(std::string(topic), Partitions()).first;
  }
  partitions->second.insert_or_assign(partition, std::move(offset));
}

void OffsetTable::remove(std::string_view group, std::string_view topic, std::int32_t partition) {
  const auto topics = groups_.find(group);
  if (topics == groups_.end()) return;
  const auto partitions = topics->second.find(topic);
  if (partitions == topics->second.end()) return;
  partitions->second.erase(partition);
  if (partitions->second.empty()) topics->second.erase(partitions);
  if (topics->second.empty()) groups_.erase(topics);
}

namespace {

CommittedOffset offset_of(const wire::OffsetCommitValue& value, Offset record_offset) {
  CommittedOffset result{.offset = value.offset,
                         .leader_epoch = value.leader_epoch,
                         .metadata = std::string(value.metadata),
                         .commit_timestamp_ms = value.commit_timestamp,
                         .topic_id = value.topic_id,
                         .record_offset = record_offset};
  if (value.expire_timestamp != -1) result.expire_timestamp_ms = value.expire_timestamp;
  return result;
}

}  // namespace

void CommittedOffsets::replay(const OffsetCommitRecord& record, Offset record_offset, ProducerId producer) {
  if (!record.value) {
    stable_.remove(record.group, record.topic, record.partition);
    for (auto& [id, pending] : pending_) pending.remove(record.group, record.topic, record.partition);
    return;
  }
  OffsetTable& table = producer == kNoProducerId ? stable_ : pending_[producer];
  table.put(record.group, record.topic, record.partition, offset_of(*record.value, record_offset));
}

void CommittedOffsets::end_of_transaction(ProducerId producer, bool is_commit) {
  const auto pending = pending_.extract(producer);
  if (pending.empty() || !is_commit) return;
  for (const auto& [group, topics] : pending.mapped().groups()) {
    for (const auto& [topic, partitions] : topics) {
      for (const auto& [partition, offset] : partitions) {
        const CommittedOffset* known = stable_.find(group, topic, partition);
        if (!known || known->record_offset < offset.record_offset) stable_.put(group, topic, partition, offset);
      }
    }
  }
}

bool CommittedOffsets::is_pending(std::string_view group, std::string_view topic, std::int32_t partition) const {
  for (const auto& [producer, table] : pending_) {
    if (table.find(group, topic, partition)) return true;
  }
  return false;
}

bool CommittedOffsets::has_pending(std::string_view group) const {
  for (const auto& [producer, table] : pending_) {
    if (table.topics_of(group)) return true;
  }
  return false;
}

std::set<std::pair<std::string, std::int32_t>> CommittedOffsets::pending_of(std::string_view group) const {
  std::set<std::pair<std::string, std::int32_t>> result;
  for (const auto& [producer, table] : pending_) {
    const OffsetTable::Topics* topics = table.topics_of(group);
    if (!topics) continue;
    for (const auto& [topic, partitions] : *topics) {
      for (const auto& [partition, offset] : partitions) {
        if (!stable_.find(group, topic, partition)) result.emplace(topic, partition);
      }
    }
  }
  return result;
}

std::vector<CommittedOffsets::Commit> CommittedOffsets::of_topic(std::string_view topic) const {
  std::vector<Commit> result;
  const auto collect = [&](const OffsetTable& table) {
    for (const auto& [group, topics] : table.groups()) {
      const auto found = topics.find(topic);
      if (found == topics.end()) continue;
      for (const auto& [partition, offset] : found->second) result.push_back({group, partition, offset.topic_id});
    }
  };
  collect(stable_);
  for (const auto& [producer, table] : pending_) collect(table);
  return result;
}

}  // namespace muir::server
