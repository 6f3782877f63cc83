#include "server/metadata/cluster_image.h"

#include <utility>

#include "server/metadata/errc.h"
#include "server/metadata/metadata_changes.h"

namespace muir::server {

const BrokerRegistration* ClusterImage::broker(NodeId id) const {
  const auto* found = brokers_.find(id);
  return found == nullptr ? nullptr : &**found;
}

const ControllerRegistration* ClusterImage::controller(NodeId id) const {
  const auto* found = controllers_.find(id);
  return found == nullptr ? nullptr : &**found;
}

bool ClusterImage::is_active(NodeId id) const {
  const auto* found = broker(id);
  return found != nullptr && found->is_active();
}

Result<> ClusterImage::apply(const wire::RegisterBrokerRecord& record, MetadataChanges& changes) {
  auto registration = BrokerRegistration::from(record);
  if (!registration) return registration.error();
  brokers_.set(NodeId{record.broker_id}, Cow<BrokerRegistration>(std::move(*registration)));
  changes.brokers.insert(NodeId{record.broker_id});
  return ok();
}

Result<> ClusterImage::apply(const wire::UnregisterBrokerRecord& record, MetadataChanges& changes) {
  const NodeId id{record.broker_id};
  const auto* found = broker(id);
  if (found == nullptr || found->epoch != record.broker_epoch) return make_error_code(MetadataErrc::unknown_broker);
  brokers_.erase(id);
  changes.brokers.insert(id);
  return ok();
}

Result<> ClusterImage::apply(const wire::BrokerRegistrationChangeRecord& record, MetadataChanges& changes) {
  const NodeId id{record.broker_id};
  const auto* found = broker(id);
  if (found == nullptr || found->epoch != record.broker_epoch) return make_error_code(MetadataErrc::unknown_broker);
  auto next = *found;
  const auto changed = next.apply(record);
  if (!changed) return changed;
  brokers_.set(id, Cow<BrokerRegistration>(std::move(next)));
  changes.brokers.insert(id);
  return ok();
}

Result<> ClusterImage::apply(const wire::FenceBrokerRecord& record, MetadataChanges& changes) {
  wire::BrokerRegistrationChangeRecord change;
  change.broker_id = record.id;
  change.broker_epoch = record.epoch;
  change.fenced = 1;
  return apply(change, changes);
}

Result<> ClusterImage::apply(const wire::UnfenceBrokerRecord& record, MetadataChanges& changes) {
  wire::BrokerRegistrationChangeRecord change;
  change.broker_id = record.id;
  change.broker_epoch = record.epoch;
  change.fenced = -1;
  return apply(change, changes);
}

Result<> ClusterImage::apply(const wire::RegisterControllerRecord& record, MetadataChanges& changes) {
  const NodeId id{record.controller_id};
  controllers_.set(id, Cow<ControllerRegistration>(ControllerRegistration::from(record)));
  changes.controllers.insert(id);
  return ok();
}

}  // namespace muir::server
