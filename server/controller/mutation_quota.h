#pragma once

#include <cstdint>

namespace muir::server {

// How many partitions the sender of a request may still create and delete (KIP-599).  The controller asks while it
// decides, because Kafka charges for each topic after its other checks.
class MutationQuota {
 public:
  virtual ~MutationQuota() = default;

  // Charges for that many; false: they are refused.
  virtual bool charge(std::int64_t partitions) = 0;
};

}  // namespace muir::server
