#include "server/handlers/partition_view.h"

namespace muir::server {

const NodeEndpoint* ListenerView::endpoint(NodeId id) const {
  const BrokerRegistration* broker = image_.cluster.broker(id);
  return broker == nullptr ? nullptr : broker->listener(listener_);
}

const NodeEndpoint* ListenerView::alive_endpoint(NodeId id) const {
  const BrokerRegistration* broker = image_.cluster.broker(id);
  return broker == nullptr || broker->is_fenced ? nullptr : broker->listener(listener_);
}

std::vector<std::int32_t> ListenerView::offline_replicas(const PartitionRegistration& partition) const {
  std::vector<std::int32_t> offline;
  for (const NodeId replica : partition.replicas) {
    const bool is_alive = alive_endpoint(replica) != nullptr;
    if (!is_alive || !image_.cluster.broker(replica)->has_online_dir(partition.directory_of(replica))) {
      offline.push_back(replica.value);
    }
  }
  return offline;
}

std::vector<std::int32_t> ListenerView::alive(const Replicas& replicas) const {
  std::vector<std::int32_t> found;
  for (const NodeId replica : replicas) {
    if (alive_endpoint(replica) != nullptr) found.push_back(replica.value);
  }
  return found;
}

std::int32_t ListenerView::any_alive_broker() const {
  for (const auto& [id, broker] : image_.cluster.brokers()) {
    if (!broker->is_fenced) return id.value;
  }
  return -1;
}

}  // namespace muir::server
