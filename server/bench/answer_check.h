#pragma once

#include <cstdint>

#include "server/client/client_error.h"
#include "wire/base/bytes.h"
#include "wire/base/ids.h"

namespace muir::server {

// What a broker answered, believed only after it has been looked at.

// The base offset in the body of a ProduceResponse to a request of one batch.  Fails unless it is about that partition
// alone and without an error.
ClientResult<Offset> check_produce_answer(ByteView body, std::int16_t version, PartitionId partition);

// What a FetchResponse brought.
struct Fetched {
  Offset next_offset;           // To be fetched next.
  std::int64_t records = 0;     // At or behind the offset that was asked for.
  std::size_t bytes = 0;        // Of records, a cut batch at the end included.
  std::int64_t timestamp = -1;  // The newest batch's max timestamp.
};

// Fails unless the body is about that partition alone, without an error, and every whole batch has a valid CRC and
// begins where the one before ended; the first holds `asked`.  For topics without compaction and transactions.
ClientResult<Fetched> check_fetch_answer(ByteView body, std::int16_t version, PartitionId partition, Offset asked);

}  // namespace muir::server
