#include "server/metadata/controller_registration.h"

#include <string>

namespace muir::server {

ControllerRegistration ControllerRegistration::from(const wire::RegisterControllerRecord& record) {
  ControllerRegistration controller;
  controller.id = NodeId{record.controller_id};
  controller.incarnation_id = record.incarnation_id;
  controller.is_zk_migration_ready = record.zk_migration_ready;
  for (const auto& endpoint : record.end_points) {
    controller.listeners.push_back(
        {std::string(endpoint.name), std::string(endpoint.host), endpoint.port, endpoint.security_protocol});
  }
  for (const auto& feature : record.features)
    controller.features[std::string(feature.name)] = {feature.min_supported_version, feature.max_supported_version};
  return controller;
}

wire::RegisterControllerRecord ControllerRegistration::to_record() const {
  wire::RegisterControllerRecord record;
  record.controller_id = id.value;
  record.incarnation_id = incarnation_id;
  record.zk_migration_ready = is_zk_migration_ready;
  for (const auto& listener : listeners) {
    auto& endpoint = record.end_points.emplace_back();
    endpoint.name = listener.name;
    endpoint.host = listener.host;
    endpoint.port = listener.port;
    endpoint.security_protocol = listener.security_protocol;
  }
  for (const auto& [name, range] : features) {
    auto& feature = record.features.emplace_back();
    feature.name = name;
    feature.min_supported_version = range.min;
    feature.max_supported_version = range.max;
  }
  return record;
}

}  // namespace muir::server
