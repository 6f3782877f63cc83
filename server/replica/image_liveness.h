#pragma once

#include <atomic>

#include "server/metadata/metadata_image.h"
#include "storage/replication/registration.h"

namespace muir::server {

// What the newest metadata says about brokers, for the leaders of all shards.  Set on the manager's shard, asked on
// any.
class ImageLiveness final : public storage::BrokerLiveness {
 public:
  void set(MetadataImagePtr image) { image_.store(std::move(image)); }

  std::optional<std::int64_t> alive_broker_epoch(NodeId broker) const override {
    const auto image = image_.load();
    const auto* registration = image ? image->cluster.broker(broker) : nullptr;
    if (registration == nullptr || registration->is_fenced) return std::nullopt;
    return registration->epoch;
  }

  bool is_shutting_down(NodeId broker) const override {
    const auto image = image_.load();
    const auto* registration = image ? image->cluster.broker(broker) : nullptr;
    return registration != nullptr && registration->is_in_controlled_shutdown;
  }

 private:
  std::atomic<MetadataImagePtr> image_;
};

}  // namespace muir::server
