#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/metadata/bucket_map.h"
#include "server/metadata/config_resource.h"
#include "server/metadata/topic_name.h"
#include "wire/base/result.h"
#include "wire/schema/config_record.h"

namespace muir::server {

struct MetadataChanges;

// Dynamic settings of one resource, by key.
using DynamicConfigs = std::map<std::string, std::string, std::less<>>;

// Dynamic settings of every resource that has any.
class ConfigurationsImage {
 public:
  // Empty for a resource that has none.
  const DynamicConfigs& of(const ConfigResource& resource) const;

  const BucketMap<ConfigResource, Cow<DynamicConfigs>>& all() const { return configs_; }

  // A null value deletes the key.  Fails with MetadataErrc::invalid_value for a resource type that does not exist.
  Result<> apply(const wire::ConfigRecord& record, MetadataChanges& changes);

  // What a RemoveTopic record does to the topic's settings.
  void topic_removed(const StoredTopic& topic, MetadataChanges& changes);

  bool operator==(const ConfigurationsImage&) const = default;

 private:
  BucketMap<ConfigResource, Cow<DynamicConfigs>> configs_;
};

}  // namespace muir::server
