#pragma once

#include <cstdint>

#include "server/bench/target_topic.h"
#include "server/bench/workload.h"
#include "server/client/client_error.h"
#include "wire/base/bytes.h"

namespace muir::server {

// One Produce request of one batch, encoded once; each further one changes the few bytes that differ, so that the
// driver spends its time in the system's calls and in the checksum. Owner: a ProduceLane.  The bytes of the last
// request are sent before the next is made.
class ProduceFrame {
 public:
  // What differs from request to request.
  struct Stamp {
    std::int32_t correlation_id = 0;
    PartitionId partition;
    std::int64_t timestamp_ms = 0;
    std::int32_t base_sequence = -1;
  };

  // `seed` makes the payload.
  static ClientResult<ProduceFrame> make(const Workload& workload, const TargetTopic& topic, std::int16_t version,
                                         ProducerIdentity producer, std::uint64_t seed);

  // The frame with its size, as it is to be sent.
  ByteView stamp(const Stamp& stamp);

  std::size_t batch_bytes() const { return batch_bytes_; }

 private:
  ProduceFrame() = default;

  OwnedBytes bytes_;
  std::size_t partition_at_ = 0;
  std::size_t batch_at_ = 0;
  std::size_t batch_bytes_ = 0;
};

// The batch of one request: records of the workload's sizes, keys and codec.
ClientResult<OwnedBytes> make_batch(const Workload& workload, ProducerIdentity producer, std::uint64_t seed);

}  // namespace muir::server
