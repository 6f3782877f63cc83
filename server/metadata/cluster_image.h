#pragma once

#include "server/metadata/broker_registration.h"
#include "server/metadata/bucket_map.h"
#include "server/metadata/controller_registration.h"
#include "wire/base/ids.h"
#include "wire/base/result.h"
#include "wire/schema/broker_registration_change_record.h"
#include "wire/schema/fence_broker_record.h"
#include "wire/schema/register_broker_record.h"
#include "wire/schema/register_controller_record.h"
#include "wire/schema/unfence_broker_record.h"
#include "wire/schema/unregister_broker_record.h"

namespace muir::server {

struct MetadataChanges;

// The nodes of the cluster.
class ClusterImage {
 public:
  // nullptr if it is not registered.
  const BrokerRegistration* broker(NodeId id) const;
  const ControllerRegistration* controller(NodeId id) const;

  const BucketMap<NodeId, Cow<BrokerRegistration>>& brokers() const { return brokers_; }
  const BucketMap<NodeId, Cow<ControllerRegistration>>& controllers() const { return controllers_; }

  // Registered, neither fenced nor in controlled shutdown: it may lead.
  bool is_active(NodeId id) const;

  // Each fails with a MetadataErrc and then has changed nothing.
  Result<> apply(const wire::RegisterBrokerRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::UnregisterBrokerRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::BrokerRegistrationChangeRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::FenceBrokerRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::UnfenceBrokerRecord& record, MetadataChanges& changes);
  Result<> apply(const wire::RegisterControllerRecord& record, MetadataChanges& changes);

  bool operator==(const ClusterImage&) const = default;

 private:
  BucketMap<NodeId, Cow<BrokerRegistration>> brokers_;
  BucketMap<NodeId, Cow<ControllerRegistration>> controllers_;
};

}  // namespace muir::server
