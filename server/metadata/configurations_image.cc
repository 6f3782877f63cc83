#include "server/metadata/configurations_image.h"

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {

const DynamicConfigs& ConfigurationsImage::of(const ConfigResource& resource) const {
  static const DynamicConfigs none;
  const auto* found = configs_.find(resource);
  return found == nullptr ? none : **found;
}

Result<> ConfigurationsImage::apply(const wire::ConfigRecord& record, MetadataChanges& changes) {
  const ConfigResource resource{config_resource_type_of(record.resource_type), std::string(record.resource_name)};
  if (resource.type == ConfigResourceType::UNKNOWN) return make_error_code(MetadataErrc::invalid_value);
  if (record.value) {
    configs_[resource].write()[std::string(record.name)] = std::string(*record.value);
  } else if (auto* found = configs_.find_to_write(resource)) {
    auto& configs = found->write();
    const auto at = configs.find(record.name);
    if (at != configs.end()) configs.erase(at);
    if (configs.empty()) configs_.erase(resource);
  }
  changes.configs.insert(resource);
  return ok();
}

void ConfigurationsImage::topic_removed(const StoredTopic& topic, MetadataChanges& changes) {
  const ConfigResource resource{ConfigResourceType::TOPIC, topic.name};
  if (configs_.erase(resource)) changes.configs.insert(resource);
}

}  // namespace muir::server
