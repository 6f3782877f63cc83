#pragma once

#include <cstdint>
#include <optional>

#include "wire/base/bytes.h"
#include "wire/record/batch.h"

namespace muir::wire {

// What a broker wants to know of the records of a batch that has nothing unusual in it.
struct RecordSummaries {
  std::int32_t count = 0;
  std::int64_t min_timestamp = 0;
  std::int64_t max_timestamp = 0;
  bool all_have_keys = true;
};

// Walks the records of a batch that is not compressed, in one pass without a view of any.  Nothing when something is
// wrong with a record, or unusual: no record at all, offsets that are not consecutive, timestamps that are not the
// producer's, or beyond what an int64 holds.  Then a RecordReader has to tell what it is.
std::optional<RecordSummaries> summarize_records(const BatchView& batch);

}  // namespace muir::wire
