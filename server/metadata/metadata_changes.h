#pragma once

#include <map>
#include <set>

#include "server/metadata/config_resource.h"
#include "server/metadata/topic_name.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"

namespace muir::server {

// What differs between an image and the one published before it, so that a subscriber need not compare them.
struct MetadataChanges {
  bool is_snapshot = false;       // The image came from a snapshot: anything may have changed, told or not.
  std::set<Uuid> created_topics;  // They exist in the new image, not in the old one.
  std::set<Uuid> changed_topics;  // Created, or with changed partitions; they exist in the new image.
  std::map<Uuid, StoredTopic> deleted_topics;  // They existed in the old image, under this name.
  std::set<ConfigResource> configs;
  std::set<NodeId> brokers;      // Registered, changed or unregistered.
  std::set<NodeId> controllers;  // Registered again.
  bool features = false;
  bool producer_ids = false;
  bool client_quotas = false;
  bool acls = false;
  bool scram = false;
  bool delegation_tokens = false;

  bool empty() const {
    return !is_snapshot && changed_topics.empty() && deleted_topics.empty() && configs.empty() && brokers.empty() &&
           controllers.empty() && !features && !producer_ids && !client_quotas && !acls && !scram && !delegation_tokens;
  }
};

}  // namespace muir::server
