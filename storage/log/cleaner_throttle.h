#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "wire/base/clock.h"

namespace muir::storage {

// log.cleaner.io.max.bytes.per.second: how long whoever has just read and written so many bytes is to wait.  Pure; one
// for all cleaner threads of a broker.
class CleanerThrottle {
 public:
  explicit CleanerThrottle(double bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  void set_rate(double bytes_per_second) { bytes_per_second_ = bytes_per_second; }

  // What a round does before it asks again: a tenth of a second's worth, within reason.
  std::uint64_t slice_bytes() const {
    return static_cast<std::uint64_t>(
        std::clamp(bytes_per_second_ / 10, double(kSliceBytesMin), double(kSliceBytesMax)));
  }

  std::chrono::milliseconds observe(std::uint64_t bytes, Instant now) {
    const double seconds = std::min(double(bytes) / std::max(bytes_per_second_, 1.0), kSecondsMax);
    free_at_ =
        std::max(free_at_, now) + std::chrono::duration_cast<Instant::duration>(std::chrono::duration<double>(seconds));
    return std::chrono::duration_cast<std::chrono::milliseconds>(free_at_ - now);
  }

 private:
  static constexpr std::uint64_t kSliceBytesMin = 64 * 1024;
  static constexpr std::uint64_t kSliceBytesMax = 8 << 20;
  static constexpr double kSecondsMax = 3600;

  double bytes_per_second_;
  Instant free_at_{};
};

}  // namespace muir::storage
