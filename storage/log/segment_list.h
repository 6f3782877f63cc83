#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "storage/log/segment.h"

namespace muir::storage {

// The segments of one log, oldest first.  Shared ownership: a read that the disk suspended keeps the segment it reads.
class SegmentList {
 public:
  using Pointer = std::shared_ptr<Segment>;

  void add(Pointer segment) {
    segments_.insert(segments_.begin() + static_cast<std::ptrdiff_t>(first_after(segment->base_offset())),
                     std::move(segment));
  }
  Pointer remove(std::size_t index) {
    Pointer segment = std::move(segments_[index]);
    segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(index));
    return segment;
  }

  bool empty() const { return segments_.empty(); }
  std::size_t size() const { return segments_.size(); }
  const Pointer& operator[](std::size_t index) const { return segments_[index]; }
  const Pointer& first() const { return segments_.front(); }
  const Pointer& active() const { return segments_.back(); }
  auto begin() const { return segments_.begin(); }
  auto end() const { return segments_.end(); }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // Of the segment with the largest base offset that is not above `offset`; kNone below the first.
  std::size_t floor(Offset offset) const { return first_after(offset) - 1; }

  std::uint64_t size_bytes() const {
    std::uint64_t sum = 0;
    for (const Pointer& segment : segments_) sum += segment->size_bytes();
    return sum;
  }

 private:
  std::size_t first_after(Offset offset) const {
    const auto after = std::upper_bound(segments_.begin(), segments_.end(), offset,
                                        [](Offset o, const Pointer& segment) { return o < segment->base_offset(); });
    return static_cast<std::size_t>(after - segments_.begin());
  }

  std::vector<Pointer> segments_;
};

}  // namespace muir::storage
