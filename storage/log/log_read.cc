// How a Log finds what it was asked for.
#include <algorithm>

#include "storage/log/log.h"

namespace muir::storage {

Io<LogSlice> Log::read(Offset from, std::uint64_t bytes_max, bool at_least_one_batch, Offset upper_bound) {
  if (from < log_start_offset_ || from > log_end_offset_) return Error{Errc::offset_out_of_range};
  upper_bound = std::min(upper_bound, log_end_offset_);
  if (from >= upper_bound) return LogSlice{{}, from};
  if (auto slice = read_from_memory(from, bytes_max, upper_bound)) {
    const std::size_t index = segments_.floor(from);
    const auto position = static_cast<std::uint32_t>(slice->bytes.position);
    if (segments_[index]->is_fresh(position, clock_.wall_ms())) return std::move(*slice);
    return hand_out(segments_[index], end_offset_of(index), std::move(*slice), from);
  }
  return read_from_disk(from, bytes_max, at_least_one_batch, upper_bound);
}

Offset Log::end_offset_of(std::size_t index) const {
  return index + 1 == segments_.size() ? log_end_offset_ : segments_[index + 1]->base_offset();
}

// A failing disk takes the log offline, a damaged batch does not: the others are as good as ever.
Error Log::read_failed(const Segment& segment, Offset asked, Error error) {
  if (!is_damage(error)) return failed(error);
  corruption_ = {segment.file_path(), segment.damaged_at(), asked};
  return error;
}

Task<Result<LogSlice>> Log::hand_out(std::shared_ptr<Segment> segment, Offset segment_end_offset, LogSlice slice,
                                     Offset asked) {
  const auto begin = static_cast<std::uint32_t>(slice.bytes.position);
  const auto end = static_cast<std::uint32_t>(begin + slice.bytes.size_bytes);
  if (!segment->is_fresh(begin, clock_.wall_ms())) {
    const auto good_end = co_await segment->verified_end(begin, end, segment_end_offset);
    if (!good_end) co_return read_failed(*segment, asked, good_end.error());
    slice.bytes.size_bytes = *good_end - begin;
  }
  co_return slice;
}

// A batch begins at `from` and another at `upper_bound`, or the log ends there, and all between is wanted.
std::optional<LogSlice> Log::read_from_memory(Offset from, std::uint64_t bytes_max, Offset upper_bound) const {
  const std::size_t index = segments_.floor(from);
  if (index == SegmentList::kNone) return std::nullopt;
  Segment& segment = *segments_[index];
  const auto start = positions_.find(from, segment.base_offset());
  if (!start) return std::nullopt;

  const Offset end_offset = end_offset_of(index);
  std::optional<std::uint32_t> end = segment.size_bytes();
  if (upper_bound < end_offset) end = positions_.find(upper_bound, segment.base_offset());
  if (!end || *end <= *start || *end - *start > bytes_max) return std::nullopt;

  auto file = segment.file();
  if (!file.await_ready()) return std::nullopt;
  auto pinned = file.await_resume();
  if (!pinned) return std::nullopt;
  return LogSlice{{std::move(*pinned), *start, *end - *start}, from, segment.base_offset()};
}

Task<Result<LogSlice>> Log::read_from_disk(Offset from, std::uint64_t bytes_max, bool at_least_one_batch,
                                           Offset upper_bound) {
  const std::uint32_t clearings = positions_.clearings();
  std::size_t index = segments_.floor(from);
  if (index == SegmentList::kNone) index = 0;
  for (; index < segments_.size(); ++index) {
    const auto segment = segments_[index];
    const Offset end_offset = end_offset_of(index);
    std::uint64_t limit = segment->size_bytes();
    const auto first = co_await segment->locate(from);
    if (!first) co_return read_failed(*segment, from, first.error());
    if (!*first) continue;  // Compaction left nothing from here to the end of the segment.
    if (upper_bound < end_offset) {
      const auto beyond = co_await segment->locate(upper_bound);
      if (!beyond) co_return read_failed(*segment, upper_bound, beyond.error());
      if (*beyond) limit = (*beyond)->position;
    }
    const std::uint32_t start = (*first)->position;
    const Offset base_offset = (*first)->header.base_offset;
    if (limit <= start) co_return LogSlice{{nullptr, start, 0}, from, segment->base_offset()};
    std::uint64_t end = limit;
    if (limit - start > bytes_max) {
      const auto boundary = co_await segment->boundary_before(start, start + bytes_max);
      if (!boundary) co_return read_failed(*segment, from, boundary.error());
      end = boundary->position;
      if (end == start && at_least_one_batch) end = (*first)->end_position();
      if (boundary->offset != kNoOffset && positions_.clearings() == clearings)
        positions_.remember(boundary->offset, segment->base_offset(), boundary->position);
    } else if (upper_bound < end_offset && positions_.clearings() == clearings) {
      positions_.remember(upper_bound, segment->base_offset(), static_cast<std::uint32_t>(limit));
    }
    // Truncated while the disk was looked at: who asks again finds what is there now.
    if (positions_.clearings() != clearings) co_return LogSlice{{}, from};
    if (end == start) co_return LogSlice{{nullptr, start, 0}, from, segment->base_offset()};
    const auto file = co_await segment->file();
    if (!file) co_return read_failed(*segment, from, file.error());
    LogSlice slice{{*file, start, end - start}, base_offset, segment->base_offset()};
    auto checked = co_await hand_out(segment, end_offset, std::move(slice), from);
    co_return checked;
  }
  co_return LogSlice{{}, from};
}

Task<Result<void>> Log::check_max_timestamps() {
  const std::vector<std::shared_ptr<Segment>> all(segments_.begin(), segments_.end());
  for (const auto& segment : all) {
    const auto checked = co_await segment->check_max_timestamp();
    if (!checked) co_return read_failed(*segment, segment->base_offset(), checked.error());
  }
  co_return ok();
}

Task<Result<std::optional<TimestampedOffset>>> Log::offset_for_timestamp(std::int64_t timestamp) {
  const auto checked = co_await check_max_timestamps();
  if (!checked) co_return checked.error();
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const auto segment = segments_[i];
    if (segment->largest_timestamp() < timestamp) continue;
    // Messages of format 0, on whose file time Kafka's search relies, and then finds none.
    if (segment->size_bytes() > 0 && segment->max_timestamp().timestamp == kNoTimestamp)
      co_return std::optional<TimestampedOffset>{};
    Epoch leader_epoch = kNoEpoch;
    const auto found =
        co_await segment->find_by_timestamp(timestamp, log_start_offset_, end_offset_of(i), &leader_epoch);
    if (!found) co_return read_failed(*segment, log_start_offset_, found.error());
    // What was found may all lie below the log start offset.  Kafka gives up there and answers that there is none.
    if (!*found) continue;
    co_return std::optional(TimestampedOffset{(*found)->timestamp, (*found)->offset, leader_epoch});
  }
  co_return std::optional<TimestampedOffset>{};
}

Task<Result<std::optional<TimestampedOffset>>> Log::offset_of_max_timestamp() {
  const auto checked = co_await check_max_timestamps();
  if (!checked) co_return checked.error();
  std::size_t index = 0;
  for (std::size_t i = 1; i < segments_.size(); ++i)
    if (segments_[i]->max_timestamp().timestamp > segments_[index]->max_timestamp().timestamp) index = i;
  const auto latest = segments_[index];
  Epoch leader_epoch = kNoEpoch;
  const auto found = co_await latest->find_max_timestamp(end_offset_of(index), &leader_epoch);
  if (!found) co_return read_failed(*latest, latest->base_offset(), found.error());
  if (!*found) co_return std::optional<TimestampedOffset>{};
  co_return std::optional(TimestampedOffset{(*found)->timestamp, (*found)->offset, leader_epoch});
}

}  // namespace muir::storage
