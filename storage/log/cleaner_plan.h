#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "storage/log/cleanable_log.h"
#include "wire/base/result.h"

namespace muir::storage {

// Which part of a log is to be cleaned, and how urgent that is.  Pure: Kafka's LogCleanerManager and Cleaner decide the
// same of the same log.

// The dirty part of a log that may be cleaned now.
struct CleanableOffsets {
  Offset first_dirty;        // Everything below has been cleaned.
  Offset first_uncleanable;  // At or above first_dirty.
  // The checkpoint points outside the log and must be written again: retention or a truncation has overtaken it.
  bool checkpoint_is_wrong = false;
};

// From the last round's end on; up to the first unstable offset, the active segment, and the first segment with a
// record younger than min.compaction.lag.ms.
CleanableOffsets cleanable_offsets(const CleanableLog& log, std::optional<Offset> checkpoint, std::int64_t now_ms);

// Segments [first, end) of log.segments.
struct SegmentRange {
  std::size_t first = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - first; }
};

// The closed segments with anything at or after first_dirty: from the one that contains it.
SegmentRange dirty_closed_segments(const CleanableLog& log, Offset first_dirty);

// By how much the oldest dirty record is older than max.compaction.lag.ms allows (KIP-354); 0: it is not.
// `first_timestamps`: of the first batch of each dirty closed segment; those without a time do not count.
std::int64_t compaction_delay_ms(const LogConfig& config, std::span<const std::int64_t> first_timestamps,
                                 std::int64_t now_ms);

// A log in the queue.  The filthiest is cleaned first.
struct Dirtiness {
  Offset first_uncleanable;  // A base offset: only whole segments are cleaned.
  std::uint64_t clean_bytes = 0;
  std::uint64_t cleanable_bytes = 0;

  std::uint64_t total_bytes() const { return clean_bytes + cleanable_bytes; }
  double ratio() const { return total_bytes() == 0 ? 0 : double(cleanable_bytes) / double(total_bytes()); }
};

Dirtiness dirtiness(const CleanableLog& log, const CleanableOffsets& offsets);

// Above min.cleanable.dirty.ratio, or overdue.
bool is_worth_cleaning(const Dirtiness& dirtiness, const LogConfig& config, std::int64_t delay_ms);

// The segments below `end`, cut into runs of which each becomes one: as many as fit into segment.bytes,
// segment.index.bytes, and 31 bits of offsets.
std::vector<SegmentRange> group_segments(const CleanableLog& log, Offset end, Offset first_uncleanable);

// What is decided: everything below first_uncleanable is read, and written again without what is obsolete.
struct CleaningPlan {
  Offset first_dirty;
  Offset first_uncleanable;
  std::int64_t now_ms = 0;  // Delete horizons count from it, for all of the round.
};

}  // namespace muir::storage
