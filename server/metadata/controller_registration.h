#pragma once

#include <vector>

#include "server/metadata/broker_registration.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"
#include "wire/schema/register_controller_record.h"

namespace muir::server {

// One controller as it last registered (KIP-919).
struct ControllerRegistration {
  NodeId id = kNoNode;
  Uuid incarnation_id;
  bool is_zk_migration_ready = false;
  std::vector<NodeEndpoint> listeners;
  SupportedFeatures features;

  static ControllerRegistration from(const wire::RegisterControllerRecord& record);

  // The record's strings are views into this registration.
  wire::RegisterControllerRecord to_record() const;

  bool operator==(const ControllerRegistration&) const = default;
};

}  // namespace muir::server
