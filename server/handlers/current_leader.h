#pragma once

#include <algorithm>
#include <cstdint>

#include "server/handlers/partition_view.h"
#include "server/handlers/request_context.h"
#include "server/metadata/metadata_image.h"

namespace muir::server {

// Tells a client that asked the wrong broker who the leader is, and where, so that it need not ask for metadata
// (KIP-951).  `Partition` has current_leader, `Response` has node_endpoints.
template <class Partition, class Response>
void tell_current_leader(RequestContext& ctx, const TopicImage& topic, std::int32_t index, Partition& partition,
                         Response& response) {
  const PartitionRegistration* registration = topic.partition(PartitionId{index});
  if (registration == nullptr) return;
  partition.current_leader.leader_id = registration->leader.value;
  partition.current_leader.leader_epoch = registration->leader_epoch.value;
  const ListenerView view(ctx.image(), ctx.session().listener_name);
  const NodeEndpoint* endpoint = view.alive_endpoint(registration->leader);
  const auto is_leader = [&](const auto& node) { return node.node_id == registration->leader.value; };
  if (endpoint == nullptr || std::ranges::any_of(response.node_endpoints, is_leader)) return;
  auto& node = response.node_endpoints.emplace_back();
  node.node_id = registration->leader.value;
  node.host = endpoint->host;
  node.port = endpoint->port;
  const auto& rack = ctx.image().cluster.broker(registration->leader)->rack;
  if (rack) node.rack = *rack;
}

}  // namespace muir::server
