#include "server/controller/broker_heartbeats.h"

#include <algorithm>
#include <limits>

namespace muir::server {

void BrokerHeartbeats::begin(const ClusterImage& cluster, Instant now) {
  brokers_.clear();
  for (const auto& [id, broker] : cluster.brokers()) {
    registered(*broker);
    if (!broker->is_fenced) brokers_[id].last_contact = now;
  }
}

void BrokerHeartbeats::rolled_back(const ClusterImage& cluster, Instant now) {
  std::erase_if(brokers_, [&](const auto& entry) { return cluster.broker(entry.first) == nullptr; });
  for (const auto& [id, broker] : cluster.brokers()) {
    Broker& known = brokers_[id];
    if (known.epoch != broker->epoch) registered(*broker);
    if (known.is_fenced != broker->is_fenced) changed(*broker);
    if (!known.is_fenced && !known.last_contact) known.last_contact = now;
  }
}

void BrokerHeartbeats::registered(const BrokerRegistration& broker) {
  auto& known = brokers_[broker.id];
  const auto contact = known.epoch == broker.epoch ? known.last_contact : std::nullopt;
  known = Broker{};
  known.epoch = broker.epoch;
  known.last_contact = contact;
  touch(broker.id, broker.is_fenced, -1);
}

void BrokerHeartbeats::changed(const BrokerRegistration& broker) {
  auto& known = brokers_[broker.id];
  known.epoch = broker.epoch;
  // How far the broker had come is forgotten unless its fencing changes, until it says so again.
  const bool keeps_offset = known.is_fenced != broker.is_fenced;
  touch(broker.id, broker.is_fenced, keeps_offset ? known.metadata_offset : -1);
}

void BrokerHeartbeats::contacted(NodeId id, std::int64_t epoch, Instant now) {
  const auto at = brokers_.find(id);
  if (at != brokers_.end() && at->second.epoch == epoch) at->second.last_contact = now;
}

void BrokerHeartbeats::end_session(NodeId id) {
  const auto at = brokers_.find(id);
  if (at != brokers_.end()) at->second.last_contact.reset();
}

void BrokerHeartbeats::touch(NodeId id, bool is_fenced, std::int64_t metadata_offset) {
  auto& broker = brokers_[id];
  broker.is_fenced = is_fenced;
  broker.metadata_offset = metadata_offset;
  if (is_fenced) broker.controlled_shutdown_offset = -1;  // Its next heartbeat is told to shut down at once.
}

void BrokerHeartbeats::entered_controlled_shutdown(NodeId id, Offset offset) {
  const auto at = brokers_.find(id);
  if (at != brokers_.end() && !at->second.is_shutting_down()) at->second.controlled_shutdown_offset = offset.value;
}

void BrokerHeartbeats::fence(NodeId id) {
  const auto at = brokers_.find(id);
  if (at != brokers_.end()) at->second.is_fenced = true;
}

bool BrokerHeartbeats::is_expired(const Broker& broker, Instant now) const {
  return broker.last_contact && *broker.last_contact + session_timeout_ < now;
}

bool BrokerHeartbeats::has_valid_session(NodeId id, Instant now) const {
  const auto at = brokers_.find(id);
  return at != brokers_.end() && at->second.last_contact && !is_expired(at->second, now);
}

std::optional<NodeId> BrokerHeartbeats::take_expired(Instant now) {
  for (auto& [id, broker] : brokers_) {
    if (!is_expired(broker, now)) continue;
    broker.last_contact.reset();
    return id;
  }
  return std::nullopt;
}

BrokerControlState BrokerHeartbeats::state_of(NodeId id) const {
  const auto at = brokers_.find(id);
  if (at == brokers_.end()) return BrokerControlState::FENCED;
  if (at->second.is_shutting_down()) return BrokerControlState::CONTROLLED_SHUTDOWN;
  return at->second.is_fenced ? BrokerControlState::FENCED : BrokerControlState::UNFENCED;
}

std::int64_t BrokerHeartbeats::lowest_active_offset() const {
  auto lowest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [id, broker] : brokers_) {
    if (!broker.is_fenced && !broker.is_shutting_down()) lowest = std::min(lowest, broker.metadata_offset);
  }
  return lowest;
}

BrokerControlState BrokerHeartbeats::next_state(NodeId id, const Wish& wish, bool has_leaderships) const {
  using enum BrokerControlState;
  const auto current = state_of(id);
  switch (current) {
    case FENCED:
      if (wish.want_shut_down) return SHUTDOWN_NOW;
      if (wish.want_fence) return FENCED;
      return wish.current_metadata_offset >= wish.register_broker_offset ? UNFENCED : FENCED;
    case UNFENCED:
      if (wish.want_fence) return wish.want_shut_down ? SHUTDOWN_NOW : FENCED;
      if (!wish.want_shut_down) return UNFENCED;
      return has_leaderships ? CONTROLLED_SHUTDOWN : SHUTDOWN_NOW;
    case CONTROLLED_SHUTDOWN:
      if (has_leaderships) return CONTROLLED_SHUTDOWN;
      return brokers_.at(id).controlled_shutdown_offset <= lowest_active_offset() ? SHUTDOWN_NOW : CONTROLLED_SHUTDOWN;
    case SHUTDOWN_NOW:
      break;
  }
  return SHUTDOWN_NOW;
}

}  // namespace muir::server
