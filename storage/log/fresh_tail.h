#pragma once

#include <cstdint>

namespace muir::storage {

// The end of a segment that was appended a moment ago, and which the kernel therefore still has in memory: it is given
// to readers as it is, without asking the kernel.  Two marks, so that what is fresh never shrinks to nothing when one
// is renewed.
class FreshTail {
 public:
  static constexpr std::int64_t kMarkMs = 5'000;
  // Dirty pages are written back after thirty seconds, and those that were written last are the last to be dropped.
  static constexpr std::int64_t kFreshMs = 15'000;

  // Something is appended at `position`.
  void appended(std::uint32_t position, std::int64_t now_ms) {
    if (is_set_ && now_ms >= newer_.at_ms && now_ms - newer_.at_ms < kMarkMs) return;
    older_ = is_set_ ? newer_ : Mark{position, now_ms};
    newer_ = {position, now_ms};
    is_set_ = true;
  }

  // Was everything from `position` on appended within the last kFreshMs?
  bool covers(std::uint32_t position, std::int64_t now_ms) const {
    return is_set_ && (holds(older_, position, now_ms) || holds(newer_, position, now_ms));
  }

 private:
  struct Mark {
    std::uint32_t position = 0;
    std::int64_t at_ms = 0;
  };
  static bool holds(const Mark& mark, std::uint32_t position, std::int64_t now_ms) {
    return mark.position <= position && now_ms >= mark.at_ms && now_ms - mark.at_ms <= kFreshMs;
  }

  Mark older_, newer_;
  bool is_set_ = false;
};

}  // namespace muir::storage
