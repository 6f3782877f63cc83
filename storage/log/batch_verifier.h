#pragma once

#include <cstdint>

#include "storage/disk/disk.h"
#include "storage/log/batch_scanner.h"
#include "wire/base/ids.h"

namespace muir::storage {

// Some bytes of a segment: [begin, end) are whole batches, as far as their headers can be believed.
struct BatchRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t file_end = 0;  // Where the last batch of the file ends.
  Offset segment_base_offset;
  Offset segment_end_offset;  // What comes behind the last batch of the file begins there, or later.
};

// How far the batches of a range are what was written.
struct Verdict {
  std::uint32_t good_end = 0;     // [begin, good_end) is.
  bool is_whole = false;          // good_end is the range's end; otherwise the batch at good_end is wrong.
  Offset bad_offset = kNoOffset;  // What that batch says its base offset is; kNoOffset when it says nothing.
};

// Computes the CRC of every batch of `range`.  The base offset lies outside of the CRC: of two neighbours whose offsets
// overlap, the one that does not continue what comes before it is wrong.  Fails only with what the disk said.
Task<Result<Verdict>> verify_batches(FilePtr file, BatchRange range);

}  // namespace muir::storage
