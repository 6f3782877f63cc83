#pragma once

#include <cstdint>

#include "server/errc.h"
#include "server/handlers/services.h"
#include "wire/base/ids.h"
#include "wire/base/task.h"

namespace muir::server {

// Hands out producer ids (KIP-98) from the blocks that the controller allots to this broker (KIP-730): a thousand ids a
// metadata record, so that none is ever given twice, by any broker, however often brokers are killed.
// Owner: the first shard.
class ProducerIds {
 public:
  explicit ProducerIds(Services& services) : services_(services) {}

  // A new id.  Waits for a block when the last one is used up; fails with the controller's error.
  Task<Result<ProducerId>> next();

 private:
  Task<Result<void>> refill();
  Task<Result<void>> ask_controller();

  Services& services_;
  std::int64_t next_ = 0;
  std::int64_t end_ = 0;  // Exclusive.
  bool is_refilling_ = false;
  std::vector<Completion<Result<void>>*> waiting_;
};

}  // namespace muir::server
