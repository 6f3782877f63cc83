#pragma once

#include <cstdint>

#include "server/bench/target_topic.h"
#include "server/bench/workload.h"
#include "server/client/client_error.h"
#include "wire/base/bytes.h"

namespace muir::server {

// A Fetch of one partition without a session, encoded once; each further one changes what differs.
// Owner: a FetchLane.
class FetchFrame {
 public:
  static ClientResult<FetchFrame> make(const Workload& workload, const TargetTopic& topic, std::int16_t version);

  // The frame with its size, as it is to be sent.
  ByteView stamp(std::int32_t correlation_id, PartitionId partition, Offset offset);

 private:
  FetchFrame() = default;

  OwnedBytes bytes_;
  std::size_t partition_at_ = 0;
  std::size_t offset_at_ = 0;
};

}  // namespace muir::server
