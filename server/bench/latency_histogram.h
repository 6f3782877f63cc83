#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace muir::server {

// How long things took, as counts in log-linear buckets, in the manner of HdrHistogram: 128 buckets to each power of
// two, so that every reading is right within 0.8 %, from a nanosecond to an hour.  Recording costs an increment.  See
// docs/adr/060.
class LatencyHistogram {
 public:
  LatencyHistogram() : counts_(kBuckets, 0) {}

  // Beyond the hour counts as an hour, below zero as zero.
  void record(std::chrono::nanoseconds latency);

  void add(const LatencyHistogram& other);

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds max() const { return max_; }
  std::chrono::nanoseconds mean() const;

  // The time within which a share of `quantile` (0 to 1) of all were done; zero without any.  Rounded up to the end of
  // its bucket, so that it never flatters.
  std::chrono::nanoseconds at(double quantile) const;

 private:
  static constexpr int kSubBucketBits = 7;
  static constexpr std::uint64_t kSubBuckets = std::uint64_t{1} << kSubBucketBits;
  static constexpr std::uint64_t kLargest = 3'600'000'000'000;  // An hour.

  static std::size_t bucket_of(std::uint64_t nanoseconds);
  static std::uint64_t end_of(std::size_t bucket);  // Inclusive: the largest value in it.

  static constexpr std::size_t kBuckets = (42 - kSubBucketBits + 2) * kSubBuckets;

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::chrono::nanoseconds max_{0};
};

}  // namespace muir::server
