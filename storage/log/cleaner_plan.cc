#include "storage/log/cleaner_plan.h"

#include <algorithm>
#include <limits>

namespace muir::storage {
namespace {

// The segment with the largest base offset that is not above `offset`, or the first.
std::size_t floor_of(const CleanableLog& log, Offset offset) {
  const auto after = std::ranges::upper_bound(log.segments, offset, {}, &CleanableSegment::base_offset);
  return after == log.segments.begin() ? 0 : static_cast<std::size_t>(after - log.segments.begin()) - 1;
}

std::size_t first_at_or_after(const CleanableLog& log, Offset offset) {
  const auto at = std::ranges::lower_bound(log.segments, offset, {}, &CleanableSegment::base_offset);
  return static_cast<std::size_t>(at - log.segments.begin());
}

std::uint64_t bytes_in(const CleanableLog& log, SegmentRange range) {
  std::uint64_t bytes = 0;
  for (std::size_t i = range.first; i < range.end; ++i) bytes += log.segments[i].size_bytes;
  return bytes;
}

// What a run of segments adds up to.
class Group {
 public:
  Group(const CleanableLog& log, std::size_t first, Offset end) : log_(log), end_(end), range_{first, first} { add(); }

  bool takes_another() const {
    const CleanableSegment& next = log_.segments[range_.end];
    const auto index_max = static_cast<std::uint64_t>(log_.config.segment_index_bytes);
    return bytes_ + next.size_bytes <= static_cast<std::uint64_t>(log_.config.segment_bytes) &&
           offset_index_bytes_ + next.offset_index_bytes <= index_max &&
           time_index_bytes_ + next.time_index_bytes <= index_max && (next.size_bytes == 0 || offsets_fit());
  }
  void add() {
    const CleanableSegment& segment = log_.segments[range_.end++];
    bytes_ += segment.size_bytes;
    offset_index_bytes_ += segment.offset_index_bytes;
    time_index_bytes_ += segment.time_index_bytes;
  }
  SegmentRange range() const { return range_; }

 private:
  bool offsets_fit() const {
    const std::size_t after = range_.end + 1;
    const Offset end = after < log_.segments.size() ? std::min(log_.segments[after].base_offset, end_) : end_;
    return end - log_.segments[range_.first].base_offset - 1 <= std::numeric_limits<std::int32_t>::max();
  }

  const CleanableLog& log_;
  Offset end_;
  SegmentRange range_;
  std::uint64_t bytes_ = 0, offset_index_bytes_ = 0, time_index_bytes_ = 0;
};

}  // namespace

SegmentRange dirty_closed_segments(const CleanableLog& log, Offset first_dirty) {
  const std::size_t active = log.segments.size() - 1;
  if (first_dirty > log.active_base_offset()) return {active, active};
  return {std::min(floor_of(log, first_dirty), active), active};
}

CleanableOffsets cleanable_offsets(const CleanableLog& log, std::optional<Offset> checkpoint, std::int64_t now_ms) {
  CleanableOffsets offsets;
  offsets.first_dirty = checkpoint.value_or(log.log_start_offset);
  if (offsets.first_dirty < log.log_start_offset || offsets.first_dirty > log.log_end_offset) {
    offsets.first_dirty = log.log_start_offset;
    offsets.checkpoint_is_wrong = true;
  }
  Offset end = std::min(log.last_stable_offset, log.active_base_offset());
  if (log.config.min_compaction_lag_ms > 0) {
    const SegmentRange dirty = dirty_closed_segments(log, offsets.first_dirty);
    for (std::size_t i = dirty.first; i < dirty.end; ++i) {
      if (log.segments[i].largest_timestamp <= now_ms - log.config.min_compaction_lag_ms) continue;
      end = std::min(end, log.segments[i].base_offset);
      break;
    }
  }
  offsets.first_uncleanable = std::max(offsets.first_dirty, end);
  return offsets;
}

std::int64_t compaction_delay_ms(const LogConfig& config, std::span<const std::int64_t> first_timestamps,
                                 std::int64_t now_ms) {
  const std::int64_t lag_ms = std::max<std::int64_t>(config.max_compaction_lag_ms, 0);
  std::int64_t delay_ms = 0;
  for (const std::int64_t timestamp : first_timestamps) {
    if (timestamp <= 0) continue;
    const std::int64_t until = now_ms - lag_ms;  // Both are positive: no overflow.
    if (timestamp < until) delay_ms = std::max(delay_ms, until - timestamp);
  }
  return delay_ms;
}

Dirtiness dirtiness(const CleanableLog& log, const CleanableOffsets& offsets) {
  Dirtiness dirtiness;
  const SegmentRange uncleanable = dirty_closed_segments(log, offsets.first_uncleanable);
  dirtiness.first_uncleanable = log.segments[uncleanable.first].base_offset;
  dirtiness.clean_bytes = bytes_in(log, {0, first_at_or_after(log, offsets.first_dirty)});
  const Offset from = std::min(offsets.first_dirty, dirtiness.first_uncleanable);
  const std::size_t end = first_at_or_after(log, dirtiness.first_uncleanable);
  const std::size_t first = std::min(floor_of(log, from), end);
  dirtiness.cleanable_bytes = bytes_in(log, {first, end});
  return dirtiness;
}

bool is_worth_cleaning(const Dirtiness& dirtiness, const LogConfig& config, std::int64_t delay_ms) {
  if (dirtiness.total_bytes() == 0) return false;
  return (delay_ms > 0 && dirtiness.cleanable_bytes > 0) || dirtiness.ratio() > config.min_cleanable_dirty_ratio;
}

std::vector<SegmentRange> group_segments(const CleanableLog& log, Offset end, Offset first_uncleanable) {
  std::vector<SegmentRange> groups;
  const std::size_t count = first_at_or_after(log, end);
  for (std::size_t next = 0; next < count; next = groups.back().end) {
    Group group(log, next, first_uncleanable);
    while (group.range().end < count && group.takes_another()) group.add();
    groups.push_back(group.range());
  }
  return groups;
}

}  // namespace muir::storage
