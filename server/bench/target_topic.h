#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/bench/workload.h"
#include "server/client/broker_client.h"
#include "server/client/client_error.h"
#include "wire/base/ids.h"
#include "wire/base/uuid.h"

namespace muir::server {

// The topic under load, as the cluster described it when the test began.
struct TargetTopic {
  struct Partition {
    PartitionId id;
    std::string leader;  // host:port
    Offset start_offset;
    Offset end_offset;
  };

  std::string name;
  Uuid id;
  std::vector<Partition> partitions;  // By id.
};

// Creates the topic where the workload asks for it, waits until all its partitions have leaders, and asks those for its
// offsets.  Fails when it does not exist, and when it has other partitions than were asked for.
ClientResult<TargetTopic> prepare_topic(BrokerClient& client, const Workload& workload);

// The topic's offsets as they are now.  Partitions as in `topic`.
ClientResult<> read_offsets(TargetTopic& topic, const Dialer& dialer);

// Deletes it from the cluster.
ClientResult<> delete_topic(BrokerClient& client, const TargetTopic& topic);

// A producer id of its own for an idempotent producer.
struct ProducerIdentity {
  ProducerId id = kNoProducerId;
  std::int16_t epoch = -1;
};
ClientResult<ProducerIdentity> init_producer_id(BrokerClient& client);

}  // namespace muir::server
