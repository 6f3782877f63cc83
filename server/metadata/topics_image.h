#pragma once

#include <string>

#include "server/metadata/bucket_map.h"
#include "server/metadata/partition_registration.h"
#include "server/metadata/topic_name.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/base/uuid.h"
#include "wire/schema/clear_elr_record.h"
#include "wire/schema/partition_change_record.h"
#include "wire/schema/partition_record.h"
#include "wire/schema/remove_topic_record.h"
#include "wire/schema/topic_record.h"

namespace muir::server {

struct MetadataChanges;

// One topic and its partitions.
struct TopicImage {
  StoredTopic name;
  Uuid id;
  BucketMap<PartitionId, Cow<PartitionRegistration>> partitions;

  // nullptr if there is no such partition.
  const PartitionRegistration* partition(PartitionId index) const;

  bool operator==(const TopicImage&) const = default;
};

// Every topic, by name and by id.
class TopicsImage {
 public:
  const TopicImage* find(StoredTopicView name) const;
  const TopicImage* find(const Uuid& id) const;
  const PartitionRegistration* find(const Uuid& id, PartitionId partition) const;
  std::size_t size() const { return by_id_.size(); }

  // In order of id, and in order of name: what paging and snapshots walk.
  const BucketMap<Uuid, Cow<TopicImage>>& by_id() const { return by_id_; }
  const BucketMap<StoredTopic, Uuid>& ids_by_name() const { return ids_by_name_; }

  // Each fails with a MetadataErrc and then has changed nothing.  `changes` collects which topics were touched.
  Result<> apply(const wire::TopicRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::PartitionRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::PartitionChangeRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::RemoveTopicRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::ClearElrRecord& record, MetadataChanges& changes);

  bool operator==(const TopicsImage&) const = default;

 private:
  Result<> clear_elr(const Uuid& id, MetadataChanges& changes);

  BucketMap<Uuid, Cow<TopicImage>> by_id_;
  BucketMap<StoredTopic, Uuid> ids_by_name_;  // Invariant: the inverse of by_id_'s names.
};

}  // namespace muir::server
