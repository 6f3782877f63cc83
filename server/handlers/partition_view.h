#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/metadata/metadata_image.h"

namespace muir::server {

// What a client that came in on one listener may be told of the cluster: brokers without that listener, or fenced ones,
// do not exist for it.
class ListenerView {
 public:
  ListenerView(const MetadataImage& image, std::string_view listener) : image_(image), listener_(listener) {}

  // Where broker `id` is reached on this listener; null if it is fenced, unknown or does not have it.
  const NodeEndpoint* alive_endpoint(NodeId id) const;

  // Where broker `id` would be reached, fenced or not.
  const NodeEndpoint* endpoint(NodeId id) const;

  // The replicas that are fenced, without this listener, or in a directory that is offline.
  std::vector<std::int32_t> offline_replicas(const PartitionRegistration& partition) const;

  // `replicas` without those that are not alive here.
  std::vector<std::int32_t> alive(const Replicas& replicas) const;

  // The active brokers' smallest id, what a client is told for "controller"; -1 if there is none.
  std::int32_t any_alive_broker() const;

 private:
  const MetadataImage& image_;
  std::string_view listener_;
};

}  // namespace muir::server
