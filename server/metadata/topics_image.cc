#include "server/metadata/topics_image.h"

#include <utility>
#include <vector>

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {

const PartitionRegistration* TopicImage::partition(PartitionId index) const {
  const auto* found = partitions.find(index);
  return found == nullptr ? nullptr : &**found;
}

const TopicImage* TopicsImage::find(StoredTopicView name) const {
  const auto* id = ids_by_name_.find(name);
  return id == nullptr ? nullptr : find(*id);
}

const TopicImage* TopicsImage::find(const Uuid& id) const {
  const auto* topic = by_id_.find(id);
  return topic == nullptr ? nullptr : &**topic;
}

const PartitionRegistration* TopicsImage::find(const Uuid& id, PartitionId partition) const {
  const auto* topic = find(id);
  return topic == nullptr ? nullptr : topic->partition(partition);
}

Result<> TopicsImage::apply(const wire::TopicRecord& record, MetadataChanges& changes) {
  if (by_id_.contains(record.topic_id) || ids_by_name_.contains(StoredTopicView{record.name}))
    return make_error_code(MetadataErrc::duplicate_topic);
  TopicImage topic;
  topic.name = StoredTopic{record.name};
  topic.id = record.topic_id;
  ids_by_name_.set(topic.name, topic.id);
  by_id_.set(record.topic_id, Cow<TopicImage>(std::move(topic)));
  changes.created_topics.insert(record.topic_id);
  changes.changed_topics.insert(record.topic_id);
  return ok();
}

Result<> TopicsImage::apply(const wire::PartitionRecord& record, MetadataChanges& changes) {
  if (record.partition_id < 0) return make_error_code(MetadataErrc::invalid_value);
  if (!by_id_.contains(record.topic_id)) return make_error_code(MetadataErrc::unknown_topic);
  auto partition = PartitionRegistration::from(record);
  if (!partition) return partition.error();
  auto& topic = by_id_.find_to_write(record.topic_id)->write();
  topic.partitions.set(PartitionId{record.partition_id}, Cow<PartitionRegistration>(std::move(*partition)));
  changes.changed_topics.insert(record.topic_id);
  return ok();
}

Result<> TopicsImage::apply(const wire::PartitionChangeRecord& record, MetadataChanges& changes) {
  const PartitionId index{record.partition_id};
  const auto* before = find(record.topic_id, index);
  if (before == nullptr) return make_error_code(MetadataErrc::unknown_topic);
  auto after = before->merge(record);
  if (!after) return after.error();
  auto& topic = by_id_.find_to_write(record.topic_id)->write();
  topic.partitions.set(index, Cow<PartitionRegistration>(std::move(*after)));
  changes.changed_topics.insert(record.topic_id);
  return ok();
}

Result<> TopicsImage::apply(const wire::RemoveTopicRecord& record, MetadataChanges& changes) {
  const auto* topic = find(record.topic_id);
  if (topic == nullptr) return make_error_code(MetadataErrc::unknown_topic);
  const auto name = topic->name;
  ids_by_name_.erase(name);
  by_id_.erase(record.topic_id);
  changes.changed_topics.erase(record.topic_id);
  if (changes.created_topics.erase(record.topic_id) == 0) changes.deleted_topics.emplace(record.topic_id, name);
  return ok();
}

Result<> TopicsImage::apply(const wire::ClearElrRecord& record, MetadataChanges& changes) {
  if (!record.topic_name.empty()) {
    const auto* id = ids_by_name_.find(StoredTopicView{record.topic_name});
    if (id == nullptr) return make_error_code(MetadataErrc::unknown_topic);
    return clear_elr(Uuid{*id}, changes);
  }
  std::vector<Uuid> ids;
  for (const auto& [id, topic] : by_id_) ids.push_back(id);
  for (const auto& id : ids) {
    const auto cleared = clear_elr(id, changes);
    if (!cleared) return cleared;
  }
  return ok();
}

Result<> TopicsImage::clear_elr(const Uuid& id, MetadataChanges& changes) {
  std::vector<PartitionId> touched;
  for (const auto& [index, partition] : find(id)->partitions) {
    if (!partition->elr.empty() || !partition->last_known_elr.empty()) touched.push_back(index);
  }
  for (const auto index : touched) {
    wire::PartitionChangeRecord change;
    change.topic_id = id;
    change.partition_id = index.value;
    change.eligible_leader_replicas.emplace();
    change.last_known_elr.emplace();
    const auto applied = apply(change, changes);
    if (!applied) return applied;
  }
  return ok();
}

}  // namespace muir::server
