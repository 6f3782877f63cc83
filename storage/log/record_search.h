#pragma once

#include <optional>

#include "storage/log/time_index.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"

namespace muir::storage {

// The first record of one whole batch that is at or after `from` and has at least `timestamp`.  Decompresses where it
// must, up to `unfolded_bytes_max` bytes.  Fails with corrupt_segment when the records cannot be read.
Result<std::optional<TimestampOffset>> first_record_at_or_after(ByteView batch, std::int64_t timestamp, Offset from,
                                                                std::size_t unfolded_bytes_max);

}  // namespace muir::storage
