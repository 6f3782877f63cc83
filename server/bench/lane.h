#pragma once

#include <cstdint>
#include <optional>

#include "server/client/client_error.h"
#include "wire/base/bytes.h"
#include "wire/base/clock.h"
#include "wire/schema/api_key.h"

namespace muir::server {

// What one answer brought, once it has been verified.
struct LaneProgress {
  std::int64_t records = 0;
  std::size_t bytes = 0;  // Of record batches.
  // How long it took where that is not the time since the request was due: a consumer counts from the record's birth.
  // Negative: nothing to be counted.
  std::optional<std::chrono::nanoseconds> latency;
};

// The requests of one connection and the judgement of their answers: what is asked, not how bytes move.
// Owner: a LoadConnection.
class Lane {
 public:
  virtual ~Lane() = default;

  virtual wire::ApiKey api_key() const = 0;
  virtual std::int16_t version() const = 0;

  // The next request with its size, whole; empty when there is nothing more to be asked.  Its bytes stay as they are
  // until the next call.
  virtual ByteView next_request(std::int32_t correlation_id) = 0;

  // The body of the answer to the oldest request that has not been answered.
  virtual ClientResult<LaneProgress> answered(ByteView body) = 0;

  // No new work: next_request() goes on only as far as what has been begun needs it.
  virtual void begin_drain() = 0;
};

}  // namespace muir::server
