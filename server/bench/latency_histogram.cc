#include "server/bench/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace muir::server {

// The first two groups of buckets are exact; every further one covers a power of two.
std::size_t LatencyHistogram::bucket_of(std::uint64_t value) {
  if (value < kSubBuckets) return value;
  const int shift = std::bit_width(value) - 1 - kSubBucketBits;
  return (static_cast<std::size_t>(shift) + 1) * kSubBuckets + ((value >> shift) & (kSubBuckets - 1));
}

std::uint64_t LatencyHistogram::end_of(std::size_t bucket) {
  if (bucket < kSubBuckets) return bucket;
  const std::size_t shift = bucket / kSubBuckets - 1;
  return ((kSubBuckets + bucket % kSubBuckets + 1) << shift) - 1;
}

void LatencyHistogram::record(std::chrono::nanoseconds latency) {
  const std::uint64_t value = std::min<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0), kLargest);
  ++counts_[bucket_of(value)];
  ++count_;
  sum_ += static_cast<double>(value);
  max_ = std::max(max_, std::chrono::nanoseconds(value));
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

std::chrono::nanoseconds LatencyHistogram::mean() const {
  if (count_ == 0) return {};
  return std::chrono::nanoseconds(static_cast<std::int64_t>(sum_ / static_cast<double>(count_)));
}

std::chrono::nanoseconds LatencyHistogram::at(double quantile) const {
  if (count_ == 0) return {};
  const auto wanted = std::clamp<std::uint64_t>(
      static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count_))), 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) return std::min(max_, std::chrono::nanoseconds(end_of(bucket)));
  }
  return max_;
}

}  // namespace muir::server
