#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace muir::storage {

// Which bytes of a segment are known to be the batches that were written: this process appended them, or walked them
// when it recovered the log, or a reader has had their CRCs computed since (ADR 069).  What leaves the page cache is no
// longer known.  Bounded: beyond kRangesMax the lowest range is forgotten, and will be verified again.
class VerifiedRanges {
 public:
  static constexpr std::size_t kRangesMax = 16;
  static constexpr std::uint32_t kEverything = 0xffffffff;

  bool covers(std::uint32_t begin, std::uint32_t end) const {
    const auto above = std::upper_bound(ranges_.begin(), ranges_.end(), begin,
                                        [](std::uint32_t at, const Range& range) { return at < range.begin; });
    return above != ranges_.begin() && end <= std::prev(above)->end;
  }

  void add(std::uint32_t begin, std::uint32_t end) {
    Range added{begin, end};
    std::erase_if(ranges_, [&added](const Range& range) {
      if (range.end < added.begin || added.end < range.begin) return false;
      added = {std::min(added.begin, range.begin), std::max(added.end, range.end)};
      return true;
    });
    const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), added.begin,
                                        [](std::uint32_t at, const Range& range) { return at < range.begin; });
    ranges_.insert(after, added);
    if (ranges_.size() > kRangesMax) ranges_.erase(ranges_.begin());
  }

  void remove(std::uint32_t begin, std::uint32_t end) {
    std::vector<Range> left;
    for (const Range& range : ranges_) {
      if (range.begin < begin) left.push_back({range.begin, std::min(range.end, begin)});
      if (end < range.end) left.push_back({std::max(range.begin, end), range.end});
    }
    if (left.size() > kRangesMax) left.erase(left.begin());
    ranges_ = std::move(left);
  }

  std::size_t size() const { return ranges_.size(); }

 private:
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;  // Exclusive.
  };

  std::vector<Range> ranges_;  // Oldest bytes first; they neither overlap nor touch.
};

}  // namespace muir::storage
