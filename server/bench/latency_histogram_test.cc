#include "server/bench/latency_histogram.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace muir::server {
namespace {

using std::chrono::nanoseconds;

TEST(LatencyHistogram, IsEmptyAtFirst) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.at(0.99), nanoseconds(0));
  EXPECT_EQ(histogram.mean(), nanoseconds(0));
}

TEST(LatencyHistogram, ReadsSmallValuesExactly) {
  LatencyHistogram histogram;
  for (int value = 1; value <= 100; ++value) histogram.record(nanoseconds(value));
  EXPECT_EQ(histogram.at(0), nanoseconds(1));
  EXPECT_EQ(histogram.at(0.5), nanoseconds(50));
  EXPECT_EQ(histogram.at(0.99), nanoseconds(99));
  EXPECT_EQ(histogram.at(1), nanoseconds(100));
}

// Against the sorted list itself: never below it, and at most 0.8 % above.
TEST(LatencyHistogram, ReadsQuantilesWithinItsPrecision) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> latency(12, 2);
  LatencyHistogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(latency(random)));
    histogram.record(nanoseconds(values.back()));
  }
  std::ranges::sort(values);
  for (const double quantile : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto exact = values[static_cast<std::size_t>(std::ceil(quantile * 20'000)) - 1];
    const auto read = histogram.at(quantile).count();
    EXPECT_GE(read, exact) << quantile;
    EXPECT_LE(static_cast<double>(read), static_cast<double>(exact) * 1.008 + 1) << quantile;
  }
}

TEST(LatencyHistogram, BoundsWhatItIsGiven) {
  LatencyHistogram histogram;
  histogram.record(nanoseconds(-5));
  histogram.record(std::chrono::hours(1000));
  EXPECT_EQ(histogram.at(0.5), nanoseconds(0));
  EXPECT_EQ(histogram.max(), std::chrono::hours(1));
}

TEST(LatencyHistogram, AddsAnother) {
  LatencyHistogram one, other;
  one.record(nanoseconds(10));
  other.record(nanoseconds(30));
  one.add(other);
  EXPECT_EQ(one.count(), 2u);
  EXPECT_EQ(one.mean(), nanoseconds(20));
  EXPECT_EQ(one.max(), nanoseconds(30));
}

}  // namespace
}  // namespace muir::server
